import type { FlowName } from "@atalaya/store";

/** Why a run is made, and how much of the chain it carries out. */
export type RunRequest =
  /** Somebody asked for it: every new batch, then training. */
  | { readonly kind: "hand" }
  /** A schedule came due: the same. */
  | { readonly kind: "cron"; readonly expression: string }
  /** A batch came: it is checked, and only a trigger of the pipeline trains. */
  | { readonly kind: "watch" }
  /** One part of the chain, on what the part before it left. */
  | { readonly kind: "only"; readonly flow: FlowName };

export const FLOWS: readonly FlowName[] = ["ingestion", "transformation", "training", "evaluation"];

/** The request as the text that stands in the table `runs`. */
export function requestText(request: RunRequest): string {
  switch (request.kind) {
    case "hand":
      return "by hand";
    case "watch":
      return "new batch";
    case "cron":
      return `cron ${request.expression}`;
    case "only":
      return `only ${request.flow}`;
  }
}

/** The request behind a text; what is unknown counts as asked for by hand. */
export function requestOf(text: string): RunRequest {
  if (text === "new batch") return { kind: "watch" };
  if (text.startsWith("cron ")) return { kind: "cron", expression: text.slice("cron ".length) };
  const flow = FLOWS.find((name) => text === `only ${name}`);
  return flow === undefined ? { kind: "hand" } : { kind: "only", flow };
}
