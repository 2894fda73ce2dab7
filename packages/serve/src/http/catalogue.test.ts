import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";

let server: LinearServer;
beforeAll(async () => {
  server = await linearServer();
});
afterAll(() => server.close());

const get = async (url: string) => server.app.inject(url);

describe("what is served", () => {
  it("is told at / with links that work", async () => {
    const home = (await get("/")).json();
    expect(home.pipelines).toMatchObject([
      { name: "house-prices", ready: true, version: 1, task: "regression", target: { unit: "USD" } },
    ]);
    for (const link of [...Object.values<string>(home.links), home.pipelines[0].links.self]) {
      expect((await get(link)).statusCode, link).toBe(200);
    }
  });

  it("is described with inputs, metrics and an example that can be sent", async () => {
    const about = (await get("/v1/pipelines/house-prices")).json();
    expect(about).toMatchObject({
      ready: true,
      version: 1,
      alias: "production",
      metrics: { r2: 0.9, mape: null },
      pinned: false,
    });
    expect(about.inputs).toContainEqual({ name: "houseSize", type: "number", unit: "ft²", min: 0, optional: true });
    expect(about.schema.required).toEqual(["bed"]);
    const answer = await server.app.inject({ method: "POST", url: about.links.predict, payload: about.example });
    expect(answer.statusCode).toBe(200);
  });

  it("answers HEAD as GET", async () => {
    expect((await server.app.inject({ method: "HEAD", url: "/ready" })).statusCode).toBe(200);
  });
});

describe("/openapi.json", () => {
  it("describes routes that are there", async () => {
    const document = (await get("/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.entries<Record<string, { responses: object }>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({ path, method, statuses: Object.keys(responses) })),
    );
    for (const { path, method, statuses } of operations) {
      const url = path.replace("{name}", "house-prices").replace("{version}", "1");
      const response = await server.app.inject({ method: method.toUpperCase() as "GET" | "POST", url });
      expect(statuses, `${method} ${path}`).toContain(String(response.statusCode));
      expect(response.body).not.toContain("SERVE_ROUTE_UNKNOWN");
    }
    expect(operations).toHaveLength(33);
  });

  it("is a page too, which loads nothing from elsewhere", async () => {
    const page = await get("/docs");
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.body).toContain('fetch("/openapi.json")');
    expect(page.body).not.toMatch(/https?:/);
  });

  it("has the fields of the model with limits, an example and no dangling reference", async () => {
    const text = (await get("/openapi.json")).body;
    const { components } = JSON.parse(text);
    expect(components.schemas["house-prices.row"]).toMatchObject({
      properties: { bed: { type: "integer", minimum: 0, maximum: 50 }, status: { enum: ["for_sale", "sold", null] } },
      additionalProperties: false,
      examples: [{ bed: 3 }],
    });
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(components.schemas).toHaveProperty([name!]);
  });

  it("gives every operation a name of its own, also with several pipelines", async () => {
    const several = await linearServer(["house-prices", "other"]);
    const document = (await several.app.inject("/openapi.json")).json();
    await several.close();
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(document.paths)).not.toContain("/predict");
  });
});

describe("/metrics", () => {
  it("counts requests by route pattern and predictions by version", async () => {
    const own = await linearServer(["house-prices"]);
    await own.app.inject({
      method: "POST",
      url: "/v1/pipelines/house-prices/predict",
      payload: { rows: [{ bed: 1 }, { bed: 2 }] },
    });
    await own.app.inject({ method: "POST", url: "/v1/pipelines/nobody/predict", payload: {} });
    await own.app.inject("/wp-admin.php");
    const response = await own.app.inject("/metrics");
    await own.close();
    expect(response.headers["content-type"]).toContain("text/plain");
    expect(response.body).toContain('atalaya_predictions_total{pipeline="house-prices",version="1"} 2');
    expect(response.body).toContain('atalaya_model_version{pipeline="house-prices"} 1');
    expect(response.body).toContain('atalaya_model_loaded{pipeline="house-prices"} 1');
    expect(response.body).toMatch(
      /atalaya_http_requests_total\{method="POST",route="\/v1\/pipelines\/:name\/predict",status="200"\} 1/,
    );
    expect(response.body).toMatch(/atalaya_http_requests_total\{method="GET",route="none",status="404"\} 1/);
    expect(response.body).toContain("process_resident_memory_bytes");
    expect(response.body).not.toMatch(/="[^"]*(nobody|wp-admin)/);
  });
});
