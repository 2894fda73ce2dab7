import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPredictionServer } from "../http/server.js";
import { encodeLinear, openLinear } from "../test/linear-model.js";
import { type LinearServer, linearServer } from "../test/linear-server.js";
import { NO_RULES } from "./serving-rules.js";

const PIPELINE = "house-prices";
const OFTEN = { interval: 5 };

let server: LinearServer;
beforeEach(async () => {
  server = await linearServer([PIPELINE]);
});
afterEach(() => server.close());

async function call(method: "GET" | "POST", url: string, body?: object) {
  const response = await server.app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
  return { status: response.statusCode, body: response.json() };
}

async function version(): Promise<number> {
  return (await call("POST", "/predict", { bed: 1 })).body.version;
}

describe("the served version", () => {
  it("follows the alias on a notification", async () => {
    expect(await version()).toBe(1);
    server.models.promote(PIPELINE, 2);
    await expect.poll(version, OFTEN).toBe(2);
  });

  it("goes back to the version before without fetching it again", async () => {
    server.models.promote(PIPELINE, 2);
    await expect.poll(version, OFTEN).toBe(2);
    const loads = server.models.loads;
    server.models.promote(PIPELINE, 1);
    await expect.poll(version, OFTEN).toBe(1);
    server.models.promote(PIPELINE, 2);
    await expect.poll(version, OFTEN).toBe(2);
    expect(server.models.loads).toBe(loads);
  });

  it("follows the alias by asking when notifications are lost", async () => {
    server.models.isSilent = true;
    server.models.promote(PIPELINE, 2);
    await expect.poll(version, OFTEN).toBe(2);
  });

  it("is none without the alias, never another", async () => {
    server.models.promote(PIPELINE, null);
    await expect.poll(async () => (await call("GET", "/ready")).status, OFTEN).toBe(503);
    const { status, body } = await call("POST", "/predict", { bed: 1 });
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: "SERVE_NOT_READY", hint: expect.stringContaining("atalaya run house-prices") });
  });

  it("is served by the rules that its pipeline was deployed with last, whatever rules it came with", async () => {
    const loads = server.models.loads;
    expect((await call("POST", "/predict", { bed: 1 })).body.price).toBeUndefined();
    const rules = { ...NO_RULES, fields: { predict: [{ name: "price", source: "value" as const }], explain: [] } };
    server.models.rules.set(PIPELINE, rules);
    await expect.poll(async () => (await call("POST", "/predict", { bed: 1 })).body.price, OFTEN).toBe(1010);
    server.models.rules.set(PIPELINE, NO_RULES);
    await expect.poll(async () => (await call("POST", "/predict", { bed: 1 })).body.price, OFTEN).toBeUndefined();
    expect(server.models.loads).toBe(loads);
    expect(await version()).toBe(1);
  });

  it.each([
    [
      "does not open",
      encodeLinear({ factor: 1, broken: "replay row 3 gives 5, not 6" }),
      undefined,
      "replay row 3 gives 5, not 6",
    ],
    ["has another checksum", encodeLinear({ factor: 1 }), "0".repeat(64), "checksum"],
  ])("stays when the next one %s", async (_what, bytes, hash, because) => {
    server.models.store(PIPELINE, 3, bytes, hash);
    server.models.promote(PIPELINE, 3);
    await expect.poll(async () => (await call("GET", "/ready")).body.pipelines[0].problem, OFTEN).not.toBeNull();
    const { status, body } = await call("GET", "/ready");
    expect(status).toBe(200);
    expect(body.pipelines[0]).toMatchObject({ ready: true, version: 1, problem: { code: "SERVE_MODEL_REFUSED" } });
    expect(body.pipelines[0].problem.detail).toContain(because);
    expect(await version()).toBe(1);
    const metrics = (await server.app.inject("/metrics")).body;
    expect(metrics).toContain('atalaya_model_load_failures_total{pipeline="house-prices",code="SERVE_MODEL_REFUSED"} 1');
    expect((await call("POST", "/reload")).status).toBe(409);
    server.models.promote(PIPELINE, 2);
    await expect.poll(version, OFTEN).toBe(2);
    expect((await call("GET", "/ready")).body.pipelines[0].problem).toBeNull();
  });

  it("that was refused is not fetched again and again", async () => {
    server.models.store(PIPELINE, 3, encodeLinear({ factor: 1, broken: "no" }));
    server.models.promote(PIPELINE, 3);
    await expect.poll(() => server.models.loads, OFTEN).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.models.loads).toBe(2);
  });

  it("stays while models cannot be reached, and follows afterwards", async () => {
    server.models.outage = new Error("connection refused");
    expect((await call("POST", "/reload")).status).toBe(503);
    expect(await version()).toBe(1);
    expect((await call("GET", "/ready")).status).toBe(200);
    server.models.promote(PIPELINE, 2);
    server.models.outage = null;
    await expect.poll(version, OFTEN).toBe(2);
  });

  it("comes when models can be reached at last, with notifications", async () => {
    const late = await linearServer([]);
    late.models.outage = new Error("connection refused");
    await late.service.add(PIPELINE);
    expect((await late.app.inject("/ready")).json()).toMatchObject({
      ready: false,
      pipelines: [{ problem: { code: "SERVE_MODEL_SOURCE_FAILED" } }],
    });
    late.models.store(PIPELINE, 7, encodeLinear({ factor: 1 }));
    late.models.outage = null;
    late.models.promote(PIPELINE, 7);
    await expect.poll(async () => (await late.app.inject("/ready")).statusCode, OFTEN).toBe(200);
    // The champion's, and those of the aliases of versions on trial.
    await expect.poll(() => late.models.listeners(PIPELINE), OFTEN).toBe(3);
    await late.close();
    expect(late.models.listeners(PIPELINE)).toBe(0);
  });
});

describe("models that hang", () => {
  it("keep neither the start nor the end of the service waiting", async () => {
    const never = () => new Promise<never>(() => {});
    const models = { load: never, versionOf: never, onChange: never };
    const hanging = await createPredictionServer({ models, open: openLinear, pipelines: [PIPELINE], firstLoadMs: 20 });
    expect((await hanging.app.inject("/health")).statusCode).toBe(200);
    expect((await hanging.app.inject("/ready")).statusCode).toBe(503);
    await hanging.close();
  });
});

describe("load_model", () => {
  it("pins a version until a reload", async () => {
    const loaded = await call("POST", "/load_model/", { version: 2 });
    expect(loaded).toMatchObject({ status: 200, body: { version: 2, alias: null, pinned: true, previous: { version: 1 } } });
    expect((await call("GET", "/ready")).body.pipelines[0]).toMatchObject({ version: 2, pinned: true });
    server.models.promote(PIPELINE, 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await version()).toBe(2);
    expect(await call("POST", "/reload/")).toMatchObject({
      status: 200,
      body: { version: 1, alias: "production", pinned: false },
    });
  });

  it("takes an alias, and without a body is a reload", async () => {
    server.models.promote(PIPELINE, 2, "staging");
    expect((await call("POST", `/v1/pipelines/${PIPELINE}/load_model`, { alias: "staging" })).body).toMatchObject({
      version: 2,
      alias: "staging",
    });
    expect((await call("POST", "/load_model")).body).toMatchObject({ version: 1, alias: "production", pinned: false });
  });

  it.each([
    [{ version: 9 }, 404, "SERVE_VERSION_UNKNOWN"],
    [{ alias: "nobody" }, 404, "SERVE_ALIAS_UNSET"],
    [{ version: "2" }, 400, "SERVE_BAD_OPTION"],
    [{ version: 1.5 }, 400, "SERVE_BAD_OPTION"],
    [{ version: 1, alias: "staging" }, 400, "SERVE_BAD_OPTION"],
    [{ versoin: 1 }, 400, "SERVE_BAD_OPTION"],
    [[], 400, "SERVE_BAD_OPTION"],
  ])("refuses %j and changes nothing", async (body, status, code) => {
    expect(await call("POST", "/load_model", body)).toMatchObject({ status, body: { code } });
    expect(await version()).toBe(1);
    expect((await call("GET", "/ready")).body.pipelines[0].problem).toBeNull();
  });
});

describe("pipelines", () => {
  it("can be added and removed while requests are answered", async () => {
    expect((await call("GET", "/v1/pipelines/other")).status).toBe(404);
    await server.service.add("other");
    expect((await call("GET", "/v1/pipelines/other")).body).toMatchObject({ ready: false, problem: { code: "SERVE_NOT_READY" } });
    expect((await call("POST", "/predict", { bed: 1 })).status).toBe(409);
    await server.service.remove("other");
    expect(await version()).toBe(1);
  });

  it("are swapped without a request that fails or mixes versions", async () => {
    let running = true;
    const swapping = (async () => {
      for (let turn = 0; running; turn++) {
        server.models.promote(PIPELINE, 1 + (turn % 2));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const seen = new Set<number>();
    for (let request = 0; request < 300; request++) {
      const { status, body } = await call("POST", "/predict", { rows: [{ bed: 1 }, { bed: 2 }] });
      expect(status).toBe(200);
      const factor = body.version * 10;
      expect(body.predictions.map(({ value }: { value: number }) => value)).toEqual([1000 + factor, 1000 + 2 * factor]);
      seen.add(body.version);
    }
    running = false;
    await swapping;
    expect([...seen].sort()).toEqual([1, 2]);
  });
});
