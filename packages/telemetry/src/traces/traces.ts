import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { SpanPlace } from "./trace-context.js";

/** Something that took time. */
export interface FinishedSpan {
  readonly name: string;
  readonly place: SpanPlace;
  /** Span that it is a part of; null: it begins the trace. */
  readonly parent: string | null;
  readonly kind: "server" | "internal";
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; null: it did not. */
  readonly failure: string | null;
}

/** Takes spans and sends them on in the background. Taking one costs microseconds, whatever the collector does. */
export interface Traces {
  take(span: FinishedSpan): void;
  /** Sends what is left, for a second at most. */
  close(): Promise<void>;
}

export interface TracesOptions {
  /** Address of a collector that speaks OTLP over HTTP, without the path. */
  readonly endpoint: string;
  /** Sent with every export, such as a key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  /** What the process does: `up`, `serve`, `worker`, … */
  readonly role: string;
  /** Told once when the collector does not take spans, and not again before it took some. */
  readonly onFailed?: (because: string) => void;
}

/** Spans that wait; what comes beyond is dropped, as answers matter more than their traces. */
const MOST_WAITING = 2_048;
const EXPORT_MS = 3_000;
const CLOSE_MS = 1_000;
/** Code of an export that succeeded. */
const EXPORTED = 0;

/**
 * Opens the way to a collector. OpenTelemetry is loaded here and nowhere else: a process without a collector never reads it.
 *
 * A collector that hangs, refuses or is not there costs spans and nothing else.
 */
export async function openTraces({ endpoint, headers, version, role, onFailed }: TracesOptions): Promise<Traces> {
  const [api, { OTLPTraceExporter }, { resourceFromAttributes }, { BasicTracerProvider, BatchSpanProcessor }] = await Promise.all(
    [
      import("@opentelemetry/api"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/sdk-trace-base"),
    ],
  );
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, "")}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_MS,
  });
  const processor = new BatchSpanProcessor(tellingOnce(exporter, onFailed ?? (() => {})), {
    maxQueueSize: MOST_WAITING,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: EXPORT_MS,
  });
  let next: SpanPlace = { trace: "", span: "" };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "atalaya", "service.version": version, "atalaya.role": role }),
    spanProcessors: [processor],
    // Ids are ours: those of runs and steps follow from their names.
    idGenerator: { generateTraceId: () => next.trace, generateSpanId: () => next.span },
  });
  const tracer = provider.getTracer("atalaya", version);
  const kinds = { server: api.SpanKind.SERVER, internal: api.SpanKind.INTERNAL };
  return {
    take({ name, place, parent, kind, startedAt, endedAt, attributes, failure }) {
      next = place;
      const within =
        parent === null
          ? api.ROOT_CONTEXT
          : api.trace.setSpanContext(api.ROOT_CONTEXT, {
              traceId: place.trace,
              spanId: parent,
              traceFlags: api.TraceFlags.SAMPLED,
              isRemote: true,
            });
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], startTime: new Date(startedAt), attributes: { ...attributes } },
        within,
      );
      if (failure !== null) span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure });
      span.end(new Date(endedAt));
    },
    async close() {
      const done = provider.shutdown().catch(() => undefined);
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    },
  };
}

/** The exporter, which says once that its collector does not take what it is sent. */
function tellingOnce(exporter: SpanExporter, onFailed: (because: string) => void): SpanExporter {
  let fails = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.code !== EXPORTED;
        if (failed && !fails) onFailed(result.error?.message ?? "it gave no reason");
        fails = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
