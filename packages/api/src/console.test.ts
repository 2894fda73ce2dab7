import type { Store } from "@atalaya/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Overview, RunPage } from "./index.js";
import { type ConsoleServer, openConsole } from "./test/console-server.js";

let server: ConsoleServer;
beforeAll(async () => {
  server = await openConsole();
});
afterAll(() => server.close());

async function register(text: string): Promise<number> {
  const bundle = await server.store.objects.put(
    "models",
    { pipeline: "houses", name: "bundle", extension: "bin" },
    Buffer.from(text),
  );
  const { version } = await server.registry.registerVersion({
    pipeline: "houses",
    hash: bundle.sha256,
    bundle,
    run: null,
    verdict: "refused",
    reasons: ["refused: rmse 9 is above 5"],
    metrics: { rmse: 9, mape: Number.NaN },
    datasetReference: null,
    parameters: { trees: 5 },
    signature: {},
  });
  return version;
}

describe("the page", () => {
  test("is the same document on every screen, under a policy that runs nothing but its own files", async () => {
    for (const address of ["/", "/predict/houses", "/models/houses/3", "/audit"]) {
      const { status, headers, text } = await server.get(address);
      expect([status, text]).toEqual([200, "<!doctype html><title>Atalaya</title>"]);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).not.toContain("unsafe-inline");
      expect(headers["cache-control"]).toBe("no-cache");
    }
  });

  test("hashed files are kept for ever, small on the way, and asked for again cost nothing", async () => {
    const plain = await server.get("/assets/index-1a2b.js");
    expect(plain.headers["cache-control"]).toContain("immutable");
    const zipped = await server.get("/assets/index-1a2b.js", { "accept-encoding": "br, gzip" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(Number(zipped.headers["content-length"])).toBeLessThan(Number(plain.headers["content-length"]));
    // What was compressed when the page was built goes before what the server compresses.
    expect((await server.get("/", { "accept-encoding": "gzip, br" })).headers["content-encoding"]).toBe("br");
    expect((await server.get("/", { "accept-encoding": "gzip" })).headers["content-encoding"]).not.toBe("br");
    expect((await server.get("/assets/index-1a2b.js", { "if-none-match": String(plain.headers.etag) })).status).toBe(304);
  });

  test.each(["/assets/../../package.json", "/assets/%2e%2e%2fx", "/assets/none.js", "/nothing"])(
    "%s leads nowhere",
    async (address) => expect((await server.get(address)).status).toBe(404),
  );
});

test("an overview of a pipeline without a model says what it needs", async () => {
  const { pipelines, attention } = (await server.get("/v1/console/overview")).json<Overview>();
  expect(pipelines).toMatchObject([{ name: "houses", production: null, serving: { ready: false }, lastRun: null, drift: null }]);
  expect(pipelines[0]?.schedules[0]?.nextAt).toMatch(/T03:00:00\.000Z$/);
  expect(attention).toMatchObject([{ code: "NO_MODEL", severity: "act", link: "/runs" }]);
});

describe("moves of an alias", () => {
  test("with a reason, and not over somebody else's", async () => {
    const [one, two] = [await register("first"), await register("second")];
    const promote = (version: number, expected: number | null, who: string) =>
      server.post("/v1/console/models/houses/promote", { version, why: `${who} wants it`, who, expected });
    expect((await promote(one, null, "ada")).json()).toMatchObject({ from: null, to: one, changed: true });
    const late = await promote(two, null, "grace");
    expect(late.status).toBe(409);
    expect(late.json()).toMatchObject({
      code: "API_MOVED_MEANWHILE",
      detail: expect.stringContaining('ada moved it meanwhile ("ada wants it")'),
    });
    expect((await promote(two, one, "grace")).json()).toMatchObject({ from: one, to: two });
    const back = await server.post("/v1/console/models/houses/rollback", { why: "worse", expected: two });
    expect(back.json()).toMatchObject({ from: two, to: one });
    const { moves, versions } = (await server.get("/v1/console/models/houses")).json<{
      moves: { who: string }[];
      versions: object[];
    }>();
    expect(moves.map(({ who }) => who)).toEqual(["console", "grace", "ada"]);
    expect(versions).toMatchObject([
      { version: two, metrics: { rmse: 9, mape: null } },
      { version: one, aliases: ["production"] },
    ]);
  });

  test.each([
    [{ version: 1 }, "why"],
    [{ version: 1, why: "  " }, "why"],
    [{ version: 1.5, why: "x" }, "version"],
    [{ version: 1, why: "x", expected: "1" }, "expected"],
    [{ version: 1, why: "x", who: 7 }, "who"],
    [null, "why"],
  ])("%j is refused by name", async (body, option) => {
    const answer = await server.post("/v1/console/models/houses/promote", body);
    expect(answer.status).toBe(400);
    expect(answer.json<{ detail: string }>().detail).toContain(`"${option}"`);
  });

  test("of another site's page are refused", async () => {
    const body = { version: 1, why: "theirs" };
    const answer = await server.post("/v1/console/models/houses/promote", body, { "sec-fetch-site": "cross-site" });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, "API_OTHER_SITE"]);
  });
});

async function manyRuns({ runs }: Store, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const id = `run-${String(number).padStart(5, "0")}`;
    await runs.start({ id, pipeline: number % 3 === 0 ? "houses" : "flows", definitionHash: "d", trigger: "cron" });
    const failed = number % 10 === 0;
    await runs.finish(
      id,
      failed ? { state: "failed", errorCode: "X", errorMessage: "100 % wrong_" } : { state: "done", verdict: "promoted" },
    );
  }
}

test("runs are filtered, counted and paged by the database", async () => {
  await manyRuns(server.store, 120);
  const page = async (query: string) => (await server.get(`/v1/console/runs?${query}`)).json<RunPage>();
  expect(await page("limit=10")).toMatchObject({ total: 120, runs: { length: 10 } });
  expect((await page("pipeline=houses&state=failed")).total).toBe(4);
  expect((await page("search=RUN-0001")).total).toBe(10);
  // The wildcards of the database are letters like others.
  expect((await page(`search=${encodeURIComponent("100 % wrong_")}`)).total).toBe(12);
  expect((await page("search=%25wrong")).total).toBe(0);
  const [first, second] = [await page("limit=50&offset=0"), await page("limit=50&offset=50")];
  expect(new Set([...first.runs, ...second.runs].map(({ run }) => run)).size).toBe(100);
  expect((await server.get("/v1/console/runs?state=sleeping")).json()).toMatchObject({ code: "API_BAD_OPTION" });
  expect((await server.get("/v1/console/runs/none")).status).toBe(404);
});

test("a run shows its steps, and what the audit trail knows of them", async () => {
  await server.store.runs.start({ id: "steps", pipeline: "houses", definitionHash: "d", trigger: "by hand" });
  const step = (name: string, kind: "ingestion" | "transformation", more: object) =>
    server.store.audit.record(kind, { run: "steps", step: name, pipeline: "houses", status: "done", ...more });
  await step("ingest", "ingestion", { rowsOut: 9, durationMs: 100 });
  await step("validate", "transformation", { rowsIn: 9, rowsOut: 8, status: "failed", errorCode: "X", errorMessage: "bad" });
  const { steps } = (await server.get("/v1/console/runs/steps")).json<{ steps: object[] }>();
  expect(steps).toMatchObject([
    { name: "ingest", status: "done", rowsOut: 9, seconds: 0.1 },
    { name: "validate", status: "failed", error: { code: "X" } },
  ]);
});

test("a refused batch is released with a reason, another one is not", async () => {
  const object = await server.store.objects.put("raw", { pipeline: "houses", name: "a", extension: "csv" }, Buffer.from("a"));
  const facts = {
    pipeline: "houses",
    source: "s",
    cursor: null,
    format: "csv",
    mediaType: null,
    receivedAt: new Date(),
    run: null,
  };
  const { batch } = await server.store.batches.record({ ...facts, identity: "a", name: "a.csv", object });
  const release = (body: object) => server.post(`/v1/console/batches/${batch.id}/release`, body);
  expect((await release({ why: "fine" })).json()).toMatchObject({ code: "API_BATCH_NOT_REFUSED" });
  const counts = { rowsRead: 2, rowsAccepted: 0, rowsQuarantined: 2, silver: [] };
  await server.store.batches.finish(batch.id, { state: "refused", reason: "too many bad rows", ...counts });
  expect((await release({})).status).toBe(400);
  expect((await release({ why: "the source is right", who: "ada" })).json()).toMatchObject({ state: "received" });
  expect((await server.get(`/v1/console/batches/${batch.id}`)).json()).toMatchObject({
    released: { who: "ada", why: "the source is right" },
  });
  expect((await server.post("/v1/console/batches/999/release", { why: "x" })).status).toBe(404);
});

test("audit finds versions and times, and says when it knows nothing", async () => {
  const about = async (text: string) => server.get(`/v1/console/audit?about=${encodeURIComponent(text)}`);
  expect((await about("houses v2")).json()).toMatchObject({ kind: "version", versions: [{ version: 2 }] });
  expect((await about(new Date(Date.now() + 60_000).toISOString())).json()).toMatchObject({
    kind: "time",
    versions: [{ version: 1 }],
  });
  expect((await about("2001-01-01")).json()).toMatchObject({ kind: "time", versions: [] });
  for (const text of ["", "houses 99", "'; drop table runs --"]) expect((await about(text)).status).toBe(404);
});

test("events reach a listening page, and a closing server lets it go", async () => {
  await server.app.listen({ host: "127.0.0.1", port: 0 });
  const address = server.app.server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const response = await fetch(`http://127.0.0.1:${port}/v1/console/events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const heard = (async () => {
    while (!text.includes('"models"')) text += (await reader?.read())?.value ?? "";
  })();
  await server.post("/v1/console/models/houses/promote", { version: 2, why: "for the event" });
  await heard;
  expect(text).toContain('data: {"type":"models","pipeline":"houses"}');
});
