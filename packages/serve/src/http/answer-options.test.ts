import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readServingRules } from "../models/serving-rules.js";
import { encodeLinear } from "../test/linear-model.js";
import { type LinearServer, linearServer } from "../test/linear-server.js";

let server: LinearServer;
beforeAll(async () => {
  server = await linearServer();
});
afterAll(() => server.close());

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  const response = await server.app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...headers },
    payload,
  });
  return { status: response.statusCode, headers: response.headers, text: response.body, body: response.json() };
}

describe("explain inside predict", () => {
  it.each([
    ["in the query", "/predict?explain=true&top=1", { bed: 30 }],
    ["beside the fields of a row", "/predict", { bed: 30, explain: true, top: 1 }],
  ])("is asked for %s", async (_where, url, body) => {
    const answer = await post(url, body);
    expect(answer.status).toBe(200);
    expect(answer.body.prediction).toEqual({ value: 1300, unit: "USD" });
    expect(answer.body.explanation.effects).toHaveLength(1);
    expect(answer.body.explanation.rest).toEqual({ features: 2, effect: 500 });
  });

  it("is asked for beside rows", async () => {
    const { body } = await post("/predict", { rows: [{ bed: 1 }, { bed: 2 }], explain: true, by: "both" });
    expect(body.predictions).toHaveLength(2);
    expect(body.predictions[1].prediction.value).toBe(1020);
    expect(body.predictions[1].explanation.columns).toHaveLength(3);
  });

  it.each([
    ["/predict", { bed: 1, explain: "yes" }],
    ["/predict", { bed: 1, top: 0 }],
    ["/predict", { rows: [], by: "row" }],
    ["/predict?explain=1", { bed: 1 }],
    ["/predict?top=1", { bed: 1 }],
    ["/explain?by=row", { bed: 1 }],
  ])("refuses what it does not understand: %s %j", async (url, body) => {
    expect(await post(url, body)).toMatchObject({ status: 400, body: { code: "SERVE_BAD_OPTION" } });
  });
});

describe("views of an explanation", () => {
  it("are by feature, by column, or both", async () => {
    const effects = async (by: string) => (await post(`/explain?by=${by}`, { bed: 30 })).body.explanation;
    expect(await effects("feature")).not.toHaveProperty("columns");
    expect((await effects("column")).effects).toHaveLength(3);
    const both = await effects("both");
    expect(both.columns).toEqual(both.effects);
    expect(both.onAnswerScale.columns).toHaveLength(3);
  });

  it("are also of the model as a whole", async () => {
    const { features, rows, columns } = (await server.app.inject("/explain/global")).json();
    expect(rows).toBe(2);
    expect(columns).toHaveLength(3);
    expect(features[0]).toMatchObject({ feature: "bed", meanAbsoluteEffect: 460 });
    expect(features.reduce((sum: number, { share }: { share: number }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe("names of an application's callers", () => {
  it("stand beside ours, in single answers and in lists", async () => {
    const serving = {
      predict: { price: "value", model_run_id: "run", features_used: "featureNames", odd: "nonsense" },
      explain: { shap_values: "effects", base_value: "base", feature_names: "effectNames", feature_values: "effectValues" },
    };
    const rules = readServingRules({ serving });
    const own = await linearServer([]);
    own.models.store("homes", 1, encodeLinear({ factor: 10 }), undefined, { run: "run-7", rules });
    own.models.promote("homes", 1);
    await own.service.add("homes");
    const ask = async (url: string, payload: object) => (await own.app.inject({ method: "POST", url, payload })).json();
    const names = ["bed", "houseSize", "city"];
    const one = await ask("/predict", { bed: 4 });
    expect(one).toMatchObject({ prediction: { value: 1040 }, price: 1040, model_run_id: "run-7", features_used: names });
    expect(one).not.toHaveProperty("odd");
    expect((await ask("/predict", { rows: [{ bed: 1 }] })).predictions).toEqual([
      { value: 1010, unit: "USD", price: 1010, model_run_id: "run-7", features_used: names },
    ]);
    const explained = await ask("/explain", { bed: 30 });
    expect(explained.base_value + explained.shap_values.reduce((sum: number, effect: number) => sum + effect)).toBe(1300);
    expect(explained.feature_names).toHaveLength(3);
    expect(explained.feature_values[explained.feature_names.indexOf("bed")]).toBe(30);
    await own.close();
  });
});

describe("a request that comes again", () => {
  it("gets the same answer for its Idempotency-Key", async () => {
    const key = { "idempotency-key": "order-1" };
    const first = await post("/predict", { bed: 1 }, key);
    const again = await post("/predict", { bed: 1 }, key);
    expect(again.text).toBe(first.text);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(await post("/predict", { bed: 2 }, key)).toMatchObject({ status: 422, body: { code: "SERVE_KEY_REUSED" } });
    expect((await post("/predict", { bed: 2 }, { ...key, "x-client-id": "other" })).status).toBe(200);
    expect((await post("/predict", { bed: "x" }, { "idempotency-key": "bad" })).status).toBe(422);
    expect((await post("/predict", { bed: 3 }, { "idempotency-key": "bad" })).status).toBe(200);
  });

  it("belongs to the trace that it says", async () => {
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const { headers } = await post("/predict", { bed: 1 }, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
    expect(headers.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    for (const traceparent of ["nonsense", `00-${"0".repeat(32)}-b7ad6b7169203331-01`]) {
      expect((await post("/predict", { bed: 1 }, { traceparent })).headers.traceparent).toBeUndefined();
    }
  });
});

describe("more than a caller's share", () => {
  it("is refused with 429 and Retry-After, and others are not", async () => {
    const own = await linearServer(["homes"], { requestsPerSecond: 3 });
    const send = (name: string) =>
      own.app.inject({ method: "POST", url: "/predict", headers: { "x-client-id": name }, payload: { bed: 1 } });
    const statuses = [];
    for (let request = 0; request < 6; request++) statuses.push((await send("greedy")).statusCode);
    expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
    const refused = await send("greedy");
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBeDefined();
    expect((await send("modest")).statusCode).toBe(200);
    await own.close();
  });
});
