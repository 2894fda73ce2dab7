import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { newSpan, newTrace, readTraceparent, runPlace, stepPlace, writeTraceparent } from "./trace-context.js";
import { type FinishedSpan, openTraces } from "./traces.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Exported {
  readonly path: string | undefined;
  readonly key: unknown;
  readonly body: {
    readonly resourceSpans: readonly {
      readonly scopeSpans: readonly { readonly spans: readonly Record<string, unknown>[] }[];
    }[];
  };
}

/** A collector; without an answer it hangs. */
async function collector(answers: boolean): Promise<{ endpoint: string; exported: Exported[] }> {
  const exported: Exported[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Exported["body"];
      exported.push({ path: request.url, key: request.headers["x-key"], body });
      if (answers) response.setHeader("content-type", "application/json").end("{}");
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exported };
}

const options = { headers: { "x-key": "k" }, version: "1", role: "test" };
const span = (name: string): FinishedSpan => {
  const place = stepPlace("run-1", name);
  const parent = runPlace("run-1").span;
  return { name, place, parent, kind: "internal", startedAt: 1_000, endedAt: 2_500, attributes: { step: name }, failure: null };
};

test("spans reach the collector with the ids of their run and step", async () => {
  const { endpoint, exported } = await collector(true);
  const traces = await openTraces({ endpoint, ...options });
  traces.take(span("train"));
  traces.take({ ...span("gate"), failure: "RUN_STEP_FAILED" });
  await traces.close();
  expect(exported.map(({ path, key }) => [path, key])).toEqual([["/v1/traces", "k"]]);
  const spans = exported[0]?.body.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  expect(spans).toHaveLength(2);
  expect(spans[0]).toMatchObject({
    name: "train",
    traceId: runPlace("run-1").trace,
    spanId: stepPlace("run-1", "train").span,
    parentSpanId: runPlace("run-1").span,
    startTimeUnixNano: "1000000000",
    endTimeUnixNano: "2500000000",
  });
  expect(spans[1]).toMatchObject({ name: "gate", status: { code: 2, message: "RUN_STEP_FAILED" } });
});

test("a collector that hangs, or is not there, holds nothing up and costs spans alone", async () => {
  const { endpoint } = await collector(false);
  for (const address of [endpoint, "http://127.0.0.1:9"]) {
    const traces = await openTraces({ endpoint: address, ...options });
    for (let count = 0; count < 10_000; count++) traces.take(span("train"));
    await traces.close();
  }
});

test("a collector that does not take spans is told of once", async () => {
  const failures: string[] = [];
  const traces = await openTraces({ endpoint: "http://127.0.0.1:9", ...options, onFailed: (because) => failures.push(because) });
  for (let count = 0; count < 1_500; count++) traces.take(span("train"));
  await traces.close();
  await expect.poll(() => failures, { timeout: 15_000 }).toHaveLength(1);
});

test("traceparents are read and written", () => {
  const place = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };
  expect(readTraceparent(writeTraceparent(place))).toEqual(place);
  expect(readTraceparent(`00-${place.trace}-${place.span}-00`)).toBeNull();
  for (const text of [null, "", "x", `ff-${place.trace}-${place.span}-01`, `00-${"0".repeat(32)}-${place.span}-01`])
    expect(readTraceparent(text)).toBeNull();
});

test("a run and its steps have the same ids in every process, and others than other runs", () => {
  expect(stepPlace("a", "train")).toEqual(stepPlace("a", "train"));
  const spans = [
    runPlace("a"),
    stepPlace("a", "train"),
    stepPlace("a", "gate"),
    runPlace("b"),
    stepPlace("b", "train"),
    newTrace(),
  ];
  expect(new Set(spans.map(({ span: id }) => id)).size).toBe(spans.length);
  expect(readTraceparent(writeTraceparent({ trace: runPlace("a").trace, span: newSpan() }))).not.toBeNull();
});
