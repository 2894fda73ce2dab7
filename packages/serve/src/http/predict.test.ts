import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";

const JSON_HEADERS = { "content-type": "application/json" };

let server: LinearServer;
beforeAll(async () => {
  server = await linearServer();
});
afterAll(() => server.close());

async function post(url: string, body: unknown) {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  const response = await server.app.inject({ method: "POST", url, headers: JSON_HEADERS, payload });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

describe("predict", () => {
  it.each(["/predict", "/predict/", "/v1/pipelines/house-prices/predict", "/v1/pipelines/house-prices/predict/"])(
    "answers one row at %s",
    async (url) => {
      const { status, body } = await post(url, { bed: 3, houseSize: 1800 });
      expect(status).toBe(200);
      expect(body).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        pipeline: "house-prices",
        version: 1,
        alias: "production",
        model: expect.stringMatching(/^[0-9a-f]{64}$/),
        prediction: { value: 1030, unit: "USD" },
      });
    },
  );

  it("answers rows in their order, wrapped or bare", async () => {
    const rows = [{ bed: 1 }, { bed: 0 }, { bed: 2 }];
    for (const body of [{ rows }, rows]) {
      const answer = await post("/predict", body);
      expect(answer.body.predictions.map((prediction: { value: number }) => prediction.value)).toEqual([1010, 1000, 1020]);
      expect(answer.body.prediction).toBeUndefined();
    }
  });

  it("answers no rows with no predictions", async () => {
    expect((await post("/predict", { rows: [] })).body.predictions).toEqual([]);
  });

  it("takes 0 as a value", async () => {
    expect((await post("/predict", { bed: 0, houseSize: 0 })).body.prediction.value).toBe(1000);
  });

  it("names field, expected and received of every problem", async () => {
    const { status, headers, body } = await post("/predict", { rows: [{ bed: "3" }, { bed: 2, hoseSize: 5 }, {}] });
    expect(status).toBe(422);
    expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(body).toMatchObject({ code: "SERVE_BAD_ROWS", title: "Bad rows", status: 422 });
    expect(body.errors).toEqual([
      { row: 0, field: "bed", expected: "a whole number from 0 to 50", received: expect.stringContaining("3") },
      { row: 1, field: "hoseSize", expected: "no such field", received: expect.any(String), suggestion: "houseSize" },
      { row: 2, field: "bed", expected: "a whole number from 0 to 50", received: "nothing" },
    ]);
    expect(body.detail).toContain('Field "bed" of row 0');
    expect((await post("/predict", { bed: true })).body.detail).toMatch(
      /^Field "bed": expected a whole number .*, received true\.$/,
    );
  });

  it("refuses options that it does not know", async () => {
    const { status, body } = await post("/predict?top=3", { bed: 1 });
    expect(status).toBe(400);
    expect(body.code).toBe("SERVE_BAD_OPTION");
  });
});

describe("explain", () => {
  it("gives the prediction and effects that sum to the output", async () => {
    const { body } = await post("/explain", { bed: 90 / 3, city: "Ponce" });
    expect(body.prediction).toEqual({ value: 1300, unit: "USD" });
    const { base, output, effects } = body.explanation;
    expect(effects.reduce((sum: number, { effect }: { effect: number }) => sum + effect, base)).toBe(output);
    expect(effects).toContainEqual({ feature: "city", value: "Ponce", effect: 200 });
  });

  it("keeps the strongest and sums up the rest", async () => {
    const { body } = await post("/explain?top=1", { rows: [{ bed: 30 }] });
    const [{ explanation }] = body.predictions;
    expect(explanation.effects).toHaveLength(1);
    expect(explanation.rest).toEqual({ features: 2, effect: 500 });
    expect(explanation.onAnswerScale.rest.features).toBe(2);
  });

  it("takes fewer rows than predict, as each takes longer", async () => {
    const rows = Array.from({ length: 1_001 }, () => ({ bed: 1 }));
    expect((await post("/explain", rows)).body).toMatchObject({ status: 413, code: "SERVE_TOO_MANY_ROWS" });
    expect((await post("/predict", rows)).status).toBe(200);
  });

  it.each(["0", "-1", "x", "1.5", "1&top=2"])("refuses top=%s", async (top) => {
    expect((await post(`/explain?top=${top}`, { bed: 1 })).status).toBe(400);
  });

  it("suggests the option that was meant", async () => {
    expect((await post("/explain?tpo=1", { bed: 1 })).body.detail).toContain('"top"');
  });
});

describe("several pipelines", () => {
  it("answer under their names, and short names say so", async () => {
    const both = await linearServer(["house-prices", "network-anomalies"]);
    const send = (url: string) => both.app.inject({ method: "POST", url, headers: JSON_HEADERS, payload: '{"bed":1}' });
    expect((await send("/v1/pipelines/network-anomalies/predict")).json().pipeline).toBe("network-anomalies");
    const short = await send("/predict");
    expect(short.statusCode).toBe(409);
    expect(short.json().hint).toContain("/v1/pipelines/network-anomalies/predict");
    const mistyped = await send("/v1/pipelines/house-price/predict");
    expect(mistyped.statusCode).toBe(404);
    expect(mistyped.json().hint).toBe('Did you mean "house-prices"?');
    await both.close();
  });
});
