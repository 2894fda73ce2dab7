import { describeMetrics } from "@atalaya/telemetry";
import { describe, expect, it } from "vitest";
import { linearServer } from "../test/linear-server.js";
import { firstOf } from "./answer-meter.js";

const post = (url: string, payload: object | string, headers: Record<string, string> = {}) =>
  ({ method: "POST", url, payload, headers }) as const;

function seriesOf(text: string): string[] {
  return text.split("\n").flatMap((line) => (line === "" || line.startsWith("#") ? [] : [line.replace(/ [^ ]+$/, "")]));
}

describe("the metrics of a service", () => {
  it("are those of the catalogue, each once, with its type", async () => {
    const server = await linearServer(["homes"]);
    const text = (await server.app.inject("/metrics")).body;
    await server.close();
    const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const wanted = describeMetrics(["serving", "process"]).map(({ name, type }) => `${name} ${type}`);
    expect(told.sort()).toEqual(wanted.sort());
  });

  it("have the names that others know, and the values of the predictions", async () => {
    const server = await linearServer(["homes"]);
    for (const bed of [1, 2, 3]) await server.app.inject(post("/predict", { bed }));
    await server.app.inject(post("/v1/pipelines/homes/predict", { bed: "many" }));
    await server.app.inject(post("/explain", { bed: 1 }));
    const text = (await server.app.inject("/metrics")).body;
    await server.close();
    for (const line of [
      'predict_requests_total{status="200"} 3',
      'predict_requests_total{status="422"} 1',
      "predict_latency_seconds_count 4",
      'predictions_total{pipeline="homes",version="1"} 3',
      'prediction_latency_seconds_count{pipeline="homes"} 3',
      'model_loaded{pipeline="homes"} 1',
      'atalaya_explanations_total{pipeline="homes",version="1"} 1',
      'atalaya_explanation_seconds_count{pipeline="homes"} 1',
      'atalaya_prediction_value_count{pipeline="homes",version="1"} 4',
      "atalaya_http_requests_in_flight 1",
    ])
      expect(text).toContain(`${line}\n`);
    expect(text).toMatch(/atalaya_model_loaded_timestamp_seconds\{pipeline="homes"\} 1[0-9.]+\n/);
  });

  it("stay as many whatever callers send: 10,000 unknown addresses, names, methods and texts", async () => {
    const server = await linearServer(["homes"]);
    await server.app.inject(post("/predict", { bed: 1 }));
    await server.app.inject("/nowhere");
    await server.app.inject(post("/v1/pipelines/nobody/predict", {}));
    await server.app.inject({ method: "PATCH", url: "/nowhere" });
    const before = seriesOf((await server.app.inject("/metrics")).body);
    for (let number = 0; number < 10_000; number++) {
      const text = `evil"${number}\n}`;
      if (number % 4 === 0) await server.app.inject(`/nowhere/${number}?q=${encodeURIComponent(text)}`);
      else if (number % 4 === 1) await server.app.inject(post(`/v1/pipelines/p${number}/predict`, {}));
      else if (number % 4 === 2) await server.app.inject(post("/predict", { bed: 1 }, { "x-client-id": `user ${number}` }));
      else await server.app.inject({ method: "PATCH", url: `/wp-${number}.php` });
    }
    const text = (await server.app.inject("/metrics")).body;
    await server.close();
    const added = seriesOf(text).filter((series) => !before.includes(series));
    expect(added).toEqual([
      'atalaya_http_requests_total{method="GET",route="/metrics",status="200"}',
      ...histogramOf("/metrics"),
    ]);
    expect(text).not.toMatch(/evil|user \d|wp-|p\d{3}/);
    expect(text).toContain("atalaya_metrics_dropped_total 0\n");
  }, 60_000);
});

/** The first reading cannot hold itself. */
function histogramOf(route: string): string[] {
  const bounds = [...(describeMetrics().find(({ name }) => name === "atalaya_http_request_seconds")?.bounds ?? []), "+Inf"];
  const labels = `method="GET",route="${route}"`;
  return [
    ...bounds.map((bound) => `atalaya_http_request_seconds_bucket{${labels},le="${bound}"}`),
    `atalaya_http_request_seconds_sum{${labels}}`,
    `atalaya_http_request_seconds_count{${labels}}`,
  ];
}

describe("values of a large answer", () => {
  it("are read of its first rows", () => {
    const rows = Array.from({ length: 1_000 }, (_, value) => ({ value, unit: "USD" }));
    const some = firstOf(JSON.stringify(rows));
    expect(some.length).toBeGreaterThan(50);
    expect(some).toEqual(rows.slice(0, some.length));
    expect(firstOf(JSON.stringify(rows.slice(0, 3)))).toHaveLength(3);
    expect(firstOf("")).toEqual([]);
  });
});
