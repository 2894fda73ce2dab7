import type { FinishedSpan, Traces } from "@atalaya/telemetry";
import { runPlace, stepPlace } from "@atalaya/telemetry";
import { expect, test } from "vitest";
import { attemptSpan, openTracing, requestSpans, runSpans } from "./tracing.js";

function collecting(): { traces: Traces; spans: FinishedSpan[] } {
  const spans: FinishedSpan[] = [];
  return { spans, traces: { take: (span) => void spans.push(span), close: async () => {} } };
}

const trace = "0af7651916cd43dd8448eb211c80319c";
const request = { method: "POST", route: "/predict", status: 200, milliseconds: 5, given: null, answered: null };

test("nothing is traced unless a collector is named", async () => {
  expect(await openTracing({ traces: null }, "up", () => {})).toBeNull();
});

test("a request goes on with the trace of its caller, by the span that its answer names", () => {
  const { traces, spans } = collecting();
  const onAnswered = requestSpans(traces, () => 1_000);
  onAnswered({ ...request, given: `00-${trace}-b7ad6b7169203331-01`, answered: `00-${trace}-00f067aa0ba902b7-01` });
  onAnswered({ ...request, status: 503 });
  onAnswered({ ...request, given: `00-${trace}-b7ad6b7169203331-00`, answered: `00-${trace}-00f067aa0ba902b7-00` });
  onAnswered({ ...request, route: "/metrics" });
  expect(spans).toHaveLength(2);
  expect(spans[0]).toMatchObject({
    ...{ name: "POST /predict", place: { trace, span: "00f067aa0ba902b7" }, parent: "b7ad6b7169203331" },
    ...{ startedAt: 995, endedAt: 1_000, failure: null },
  });
  expect(spans[1]).toMatchObject({ parent: null, failure: "status 503" });
});

test("a run, its steps and their attempts are one trace, in whatever process", () => {
  const { traces, spans } = collecting();
  const onEvent = runSpans(traces);
  const about = { run: "r", pipeline: "homes" };
  onEvent({ ...about, type: "run-started", resumed: false, steps: ["train"], at: 1 });
  onEvent({ ...about, type: "step-started", step: "train", at: 2 });
  attemptSpan(traces, { run: "r", step: "train", attempt: 1 }, { startedAt: 3, endedAt: 4, failure: null });
  onEvent({ ...about, type: "step-done", step: "train", summary: "done", replayed: false, seconds: 3, at: 5 });
  onEvent({ ...about, type: "step-done", step: "split", summary: "", replayed: true, seconds: 0, at: 5 });
  onEvent({ ...about, type: "run-failed", code: "X", message: "", at: 6 });
  expect(spans.map(({ name }) => name)).toEqual(["attempt train", "step train", "run homes"]);
  expect(new Set(spans.map(({ place }) => place.trace))).toEqual(new Set([runPlace("r").trace]));
  const [attempt, step, run] = spans;
  expect(attempt?.parent).toBe(stepPlace("r", "train").span);
  expect(step).toMatchObject({ place: { span: attempt?.parent }, parent: run?.place.span, startedAt: 2, endedAt: 5 });
  expect(run).toMatchObject({ parent: null, startedAt: 1, endedAt: 6, failure: "X" });
});
