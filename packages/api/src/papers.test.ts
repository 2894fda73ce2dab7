import { addComment } from "@atalaya/registry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConsoleServer, openConsole } from "./test/console-server.js";

const at = "/v1/console/models/houses/versions/1";
let server: ConsoleServer;

beforeAll(async () => {
  server = await openConsole();
  const bytes = Buffer.from("model");
  const bundle = await server.store.objects.put("models", { pipeline: "houses", name: "bundle", extension: "bin" }, bytes);
  await server.registry.registerVersion({
    ...{ pipeline: "houses", hash: bundle.sha256, bundle, run: null, verdict: "promoted", reasons: [], metrics: { r2: 0.7 } },
    ...{ datasetReference: null, parameters: {}, signature: { task: "regression" } },
  });
  await addComment(server.store.database, { model: "houses", version: 1, who: "ada", text: "checked by hand" });
});
afterAll(() => server.close());

test("the card of a version in three formats", async () => {
  expect((await server.get(`${at}/card`)).json()).toMatchObject({ model: "houses", version: 1 });
  const markdown = await server.get(`${at}/card?format=markdown`);
  expect(markdown.headers["content-type"]).toBe("text/markdown; charset=utf-8");
  expect(markdown.text).toMatch(/^# houses, version 1\n/);
  expect((await server.get(`${at}/card?format=cyclonedx`)).json()).toMatchObject({ bomFormat: "CycloneDX" });
  expect((await server.get(`${at}/card?format=pdf`)).json()).toMatchObject({ code: "API_BAD_OPTION" });
});

test("the evidence is one file to be downloaded", async () => {
  const { status, headers, text } = await server.get(`${at}/evidence`);
  expect(status).toBe(200);
  expect(headers["content-disposition"]).toBe('attachment; filename="houses-1-evidence.tar"');
  expect(Number(headers["content-length"])).toBeGreaterThan(5_000);
  for (const part of ["card.json", "bom.cdx.json", "comments.json", "checked by hand", "model.atalaya", "SHA256SUMS"])
    expect(text).toContain(part);
});

test.each(["/v1/console/models/houses/versions/9", "/v1/console/models/none%22%0d%0ax/versions/1"])(
  "%s has neither",
  async (address) => {
    for (const paper of ["card", "evidence"]) expect((await server.get(`${address}/${paper}`)).status).toBe(404);
  },
);
