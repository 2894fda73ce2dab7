import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommentSummary, ConsoleEvent } from "./index.js";
import { type ConsoleServer, openConsole } from "./test/console-server.js";

const address = "/v1/console/models/houses/comments";
let server: ConsoleServer;

beforeAll(async () => {
  server = await openConsole();
  for (const text of ["first", "second"]) {
    const bundle = await server.store.objects.put(
      "models",
      { pipeline: "houses", name: "bundle", extension: "bin" },
      Buffer.from(text),
    );
    await server.registry.registerVersion({
      ...{ pipeline: "houses", hash: bundle.sha256, bundle, run: null, verdict: "promoted", reasons: [], metrics: {} },
      ...{ datasetReference: null, parameters: {}, signature: {} },
    });
  }
});
afterAll(() => server.close());

const comments = async (query = "") => (await server.get(address + query)).json<CommentSummary[]>();
const texts = async (query = "") => (await comments(query)).map(({ text }) => text);

test("a comment is of a version or of the model, is told to whoever looks, and has its place", async () => {
  const heard: ConsoleEvent[] = [];
  const stop = server.events.listen((event) => heard.push(event));
  const added = await server.post(address, { version: 2, who: " Ada ", text: " checked by hand for Ohio\n" });
  stop();
  expect(added.status).toBe(200);
  expect(added.json()).toEqual({
    ...{ id: expect.any(Number), at: expect.stringMatching(/^\d{4}-.*Z$/), model: "houses" },
    ...{ version: 2, who: "Ada", text: "checked by hand for Ohio" },
  });
  expect(heard).toEqual([{ type: "models", pipeline: "houses" }]);
  await server.post(address, { text: "of the model" });
  await server.post(address, { version: 1, text: "of the first" });
  expect(await texts()).toEqual(["checked by hand for Ohio", "of the model", "of the first"]);
  expect(await texts("?version=2")).toEqual(["checked by hand for Ohio", "of the model"]);
  expect(await texts("?version=1")).toEqual(["of the model", "of the first"]);
  expect((await comments())[1]).toMatchObject({ version: null, who: "console" });
});

test.each([
  ["markup", `<script>document.title = "stolen"</script><img src=x onerror=alert(1)>`],
  ["quotes", `'); drop table atalaya.model_comments; --`],
  ["scripts of the world, and what turns them", "ñandú 家 شكر 👩‍👩‍👧 \u202e dlrow"],
  ["the longest", "é".repeat(10_000)],
])("%s is text", async (_what, text) => {
  expect((await server.post(address, { version: 1, text })).json()).toMatchObject({ text });
  expect((await texts()).at(-1)).toBe(text);
});

test("a zero character and half a letter, which PostgreSQL takes nowhere, do not stop a comment", async () => {
  const answer = await server.post(address, { version: 1, text: "a\u0000b \ud83d c" });
  expect(answer.status).toBe(200);
  expect(answer.json<CommentSummary>().text).toMatch(/^a.?b .+ c$/u);
});

test.each([
  [{ version: 1, text: "x".repeat(1_000_000) }, 400, "API_BAD_OPTION"],
  [{ version: 1, text: "x".repeat(11 * 1024 * 1024) }, 413, expect.any(String)],
  [{ version: 1, text: " \n " }, 400, "API_BAD_OPTION"],
  [{ version: 1 }, 400, "API_BAD_OPTION"],
  [{ version: 1, text: { script: 1 } }, 400, "API_BAD_OPTION"],
  [{ version: "1", text: "x" }, 400, "API_BAD_OPTION"],
  [{ version: 1.5, text: "x" }, 400, "API_BAD_OPTION"],
  [{ version: 1, who: "x".repeat(101), text: "x" }, 400, "API_BAD_OPTION"],
  [{ version: 99, text: "x" }, 404, "REGISTRY_MODEL_VERSION_UNKNOWN"],
  [{ version: 2 ** 40, text: "x" }, 404, "REGISTRY_MODEL_VERSION_UNKNOWN"],
  [null, 400, "API_BAD_OPTION"],
])("%.60j is refused, and nothing is kept", async (body, status, code) => {
  const before = (await comments()).length;
  const answer = await server.post(address, body);
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([status, code]);
  expect(answer.text.length).toBeLessThan(2_000);
  expect(await comments()).toHaveLength(before);
});

test("of a model that is not there, and from another site's page: refused", async () => {
  const unknown = await server.post("/v1/console/models/nothing/comments", { text: "x" });
  expect([unknown.status, unknown.json<{ code: string }>().code]).toEqual([404, "REGISTRY_MODEL_UNKNOWN"]);
  expect((await server.get("/v1/console/models/nothing/comments")).json()).toEqual([]);
  expect((await server.get(`${address}?version=one`)).status).toBe(400);
  const foreign = await server.post(address, { text: "x" }, { "sec-fetch-site": "cross-site" });
  expect([foreign.status, foreign.json<{ code: string }>().code]).toEqual([403, "API_OTHER_SITE"]);
});

test("many at once: each is there once, and a list shows the newest 500, the oldest of them first", async () => {
  const said = Array.from({ length: 510 }, (_, number) => `note ${number}`);
  for (let from = 0; from < said.length; from += 51)
    await Promise.all(said.slice(from, from + 51).map((text) => server.post(address, { version: 2, text })));
  const found = await comments("?version=2");
  expect(found).toHaveLength(500);
  expect(found.map(({ id }) => id)).toEqual(found.map(({ id }) => id).sort((one, next) => one - next));
  const kept = found.map(({ text }) => text);
  expect(new Set(kept).size).toBe(500);
  expect(said.slice(51).every((text) => kept.includes(text))).toBe(true);
});
