import type { RunEvent } from "@atalaya/run";
import type { AnsweredRequest } from "@atalaya/serve";
import type { Settings } from "@atalaya/settings";
import { newSpan, newTrace, openTraces, readTraceparent, runPlace, stepPlace, type Traces } from "@atalaya/telemetry";
import { version } from "../version.js";

/** Traces of this process; null when no collector is named, and then OpenTelemetry is not even loaded. */
export async function openTracing(
  { traces }: Pick<Settings, "traces">,
  role: string,
  say: (line: string) => void,
): Promise<Traces | null> {
  if (traces === null) return null;
  const onFailed = (because: string): void =>
    say(`Traces are lost, as the collector at OTEL_EXPORTER_OTLP_ENDPOINT does not take them: ${because}`);
  return openTraces({ ...traces, version, role, onFailed });
}

/** Traces of the runs of this process; without a collector its events go nowhere. */
export async function traceRuns(
  settings: Pick<Settings, "traces">,
  say: (line: string) => void,
): Promise<{ onEvent(event: RunEvent): void; close(): Promise<void> }> {
  const traces = await openTracing(settings, "runs", say);
  return { onEvent: traces === null ? () => {} : runSpans(traces), close: async () => traces?.close() };
}

/** Asked all day by machines: their spans would hide the others. */
const UNTRACED = new Set(["/metrics", "/health", "/ready", "/ping", "/v2/health/live", "/v2/health/ready"]);

/** A span of each request but probes and scrapes. It goes on with the caller's trace where there is one, by the span that the answer names. */
export function requestSpans(traces: Traces, now: () => number = Date.now): (request: AnsweredRequest) => void {
  return ({ method, route, status, milliseconds, given, answered }) => {
    if (UNTRACED.has(route)) return;
    const parent = readTraceparent(given);
    // The caller does not record its trace: neither do we.
    if (parent === null && given !== null && answered !== null) return;
    const own = readTraceparent(answered)?.span ?? newSpan();
    const place = parent === null ? newTrace() : { trace: parent.trace, span: own };
    const endedAt = now();
    traces.take({
      name: `${method} ${route}`,
      place,
      parent: parent?.span ?? null,
      kind: "server",
      startedAt: endedAt - milliseconds,
      endedAt,
      attributes: { "http.request.method": method, "http.route": route, "http.response.status_code": status },
      failure: status >= 500 ? `status ${status}` : null,
    });
  };
}

/** A span of each run and of each of its steps, out of the runner's events. */
export function runSpans(traces: Traces): (event: RunEvent) => void {
  const startedAt = new Map<string, number>();
  const taken = (run: string): number | undefined => {
    const at = startedAt.get(run);
    for (const key of startedAt.keys()) if (key === run || key.startsWith(`${run}/`)) startedAt.delete(key);
    return at;
  };
  return (event) => {
    const { run, pipeline, at } = event;
    const attributes = { "atalaya.run": run, "atalaya.pipeline": pipeline };
    const common = { kind: "internal", endedAt: at } as const;
    switch (event.type) {
      case "run-started":
        startedAt.set(run, at);
        return;
      case "step-started":
        startedAt.set(`${run}/${event.step}`, at);
        return;
      case "step-done": {
        const { step, replayed, summary } = event;
        if (replayed) return;
        const began = startedAt.get(`${run}/${step}`) ?? at - event.seconds * 1_000;
        const about = { ...attributes, "atalaya.step": step, "atalaya.summary": summary };
        const place = stepPlace(run, step);
        traces.take({
          ...common,
          name: `step ${step}`,
          place,
          parent: runPlace(run).span,
          startedAt: began,
          attributes: about,
          failure: null,
        });
        return;
      }
      case "run-done":
      case "run-failed": {
        const failure = event.type === "run-failed" ? event.code : null;
        const verdict = event.type === "run-done" ? event.result.verdict : "failed";
        const about = { ...attributes, "atalaya.verdict": verdict };
        traces.take({
          ...common,
          name: `run ${pipeline}`,
          place: runPlace(run),
          parent: null,
          startedAt: taken(run) ?? at,
          attributes: about,
          failure,
        });
        return;
      }
    }
  };
}

/** The span of an attempt at a step in a process of its own, below the step's. */
export function attemptSpan(
  traces: Traces,
  { run, step, attempt }: { readonly run: string; readonly step: string; readonly attempt: number },
  { startedAt, endedAt, failure }: { readonly startedAt: number; readonly endedAt: number; readonly failure: string | null },
): void {
  const { trace, span: parent } = stepPlace(run, step);
  const attributes = { "atalaya.run": run, "atalaya.step": step, "atalaya.attempt": attempt };
  const place = { trace, span: newSpan() };
  traces.take({ name: `attempt ${step}`, place, parent, kind: "internal", startedAt, endedAt, attributes, failure });
}
