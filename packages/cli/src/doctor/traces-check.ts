import type { Settings } from "@atalaya/settings";
import { type Check, saw } from "./check.js";

const PATIENCE_MS = 3_000;
/** An export without a span: it changes nothing there. */
const NOTHING = JSON.stringify({ resourceSpans: [] });

/** Whether the collector takes traces. One that does not costs traces and nothing else. */
export function tracesCheck({ endpoint, headers }: NonNullable<Settings["traces"]>): Check {
  return {
    name: "traces",
    look: async () => {
      const answer = await fetch(`${endpoint.replace(/\/$/, "")}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: NOTHING,
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).catch((error: unknown) => {
        throw new Error(`${endpoint} ${reasonOf(error)}`, { cause: error });
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`${endpoint} answers ${answer.status}`);
      return saw(`${endpoint} takes them`);
    },
    cure: "Check OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP, without /v1/traces) and OTEL_EXPORTER_OTLP_HEADERS, or unset them.",
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return `does not answer within ${PATIENCE_MS / 1_000} s`;
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return `cannot be reached: ${cause?.code ?? cause?.message ?? String(error)}`;
}
