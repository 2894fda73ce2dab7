import { decodeNumbers, type Json, type Store } from "@atalaya/store";
import type { Registry } from "../registry.js";
import type { ModelVersion } from "../versions.js";

/** Everything that is known of one version, for a reader who decides whether to use it. */
export interface ModelCard {
  readonly model: string;
  readonly version: number;
  /** SHA-256 of the bundle. */
  readonly hash: string;
  readonly bytes: number;
  readonly trainedAt: string;
  readonly run: string | null;
  readonly aliases: readonly string[];
  readonly task: string | null;
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  readonly learner: string | null;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly inputs: readonly CardInput[];
  readonly features: readonly string[];
  readonly data: CardData | null;
  readonly evaluation: CardEvaluation | null;
  readonly metrics: Readonly<Record<string, number>>;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly decisions: readonly { readonly at: string; readonly what: string; readonly who: string; readonly why: string }[];
  /** What a reader must not expect of it. */
  readonly limits: readonly string[];
}

export interface CardInput {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly levels?: readonly string[];
  readonly optional: boolean;
  readonly description?: string;
}

export interface CardData {
  /** SHA-256 of the dataset's manifest. */
  readonly sha256: string;
  readonly rows: number | null;
  readonly batches: number | null;
  readonly split: Json;
}

export interface CardEvaluation {
  readonly on: string;
  readonly rows: number;
  readonly slices: readonly CardSlice[];
  readonly importance: readonly { readonly feature: string; readonly meanAbsoluteEffect: number }[];
  readonly explainedRows: number | null;
  readonly notes: readonly string[];
}

export interface CardSlice {
  readonly column: string;
  readonly slice: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What the card reads of a report; its other parts are not needed. */
interface Report {
  readonly evaluatedOn?: string;
  readonly rows?: number;
  readonly slices?: readonly { column: string; slice: string; rows: number; metrics: Record<string, { value?: number }> }[];
  readonly explanation?: { rows: number; importance: { feature: string; meanAbsoluteEffect: number }[] } | null;
  readonly notes?: readonly string[];
}

/** @throws REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN, STORE_OBJECT_MISSING */
export async function modelCard(store: Store, registry: Registry, model: string, number: number): Promise<ModelCard> {
  const version = await registry.versionOf(model, { version: number });
  const [report, dataset, history] = await Promise.all([
    readReport(store, version),
    version.datasetReference === null ? null : store.datasets.find(model, version.datasetReference),
    registry.history(model),
  ]);
  const signature = objectOf(version.signature);
  const { learner, ...parameters } = objectOf(version.parameters);
  const evaluation = report === null ? null : evaluationOf(report);
  const facts = {
    model,
    version: number,
    hash: version.hash,
    bytes: version.bundle.bytes,
    trainedAt: version.createdAt.toISOString(),
    run: version.run,
    aliases: version.aliases,
    task: textOf(signature.task),
    target: targetOf(signature.target),
    learner: textOf(learner),
    parameters,
    inputs: (Array.isArray(signature.inputs) ? signature.inputs : []) as unknown as readonly CardInput[],
    features: Array.isArray(signature.features) ? signature.features.map(String) : [],
    data:
      version.datasetReference === null
        ? null
        : {
            sha256: version.datasetReference,
            rows: dataset?.rows ?? null,
            batches: dataset?.batches.length ?? null,
            split: dataset?.split ?? null,
          },
    evaluation,
    metrics: decodeNumbers(version.metrics),
    verdict: version.verdict,
    reasons: version.reasons,
    decisions: history.moves
      .filter(({ fromVersion, toVersion }) => toVersion === number || fromVersion === number)
      .map(({ at, alias, action, fromVersion, toVersion, who, why }) => ({
        at: at.toISOString(),
        what: `${action} ${alias}: ${fromVersion ?? "none"} to ${toVersion ?? "none"}`,
        who,
        why,
      })),
  };
  return { ...facts, limits: limitsOf(facts) };
}

async function readReport(store: Store, { report }: ModelVersion): Promise<Report | null> {
  if (report === null) return null;
  return JSON.parse(new TextDecoder().decode(await store.objects.get(report))) as Report;
}

function evaluationOf({ evaluatedOn, rows, slices, explanation, notes }: Report): CardEvaluation {
  const measured = (metrics: Record<string, { value?: number }>) =>
    Object.fromEntries(Object.entries(metrics).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])));
  return {
    on: evaluatedOn ?? "unknown",
    rows: rows ?? 0,
    slices: (slices ?? []).map((slice) => ({ ...slice, metrics: measured(slice.metrics) })),
    importance: explanation?.importance ?? [],
    explainedRows: explanation?.rows ?? null,
    notes: notes ?? [],
  };
}

/** Said from the facts alone: what was not measured is a limit. */
function limitsOf(card: Omit<ModelCard, "limits">): string[] {
  const limits = [];
  if (card.evaluation === null) limits.push("It was never evaluated here.");
  else if (card.evaluation.slices.length === 0)
    limits.push("No group of rows was looked at by itself: it may do badly for some.");
  if (card.evaluation !== null && card.evaluation.importance.length === 0)
    limits.push("What moves its answers was not measured.");
  if (card.data === null) limits.push("The data that it was made of is not known.");
  if (card.verdict !== "promoted" && card.verdict !== "passed") limits.push(`Its gates said: ${card.verdict}.`);
  for (const { name, min, max, unit } of card.inputs)
    if (min !== undefined || max !== undefined)
      limits.push(`${name} outside ${min ?? "any"} to ${max ?? "any"}${unit === undefined ? "" : ` ${unit}`} is refused.`);
  for (const { name, levels } of card.inputs)
    if (levels !== undefined) limits.push(`${name} knows ${levels.length} levels; others are refused.`);
  return limits;
}

function objectOf(value: Json): Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {};
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function targetOf(value: Json | undefined): ModelCard["target"] {
  const { name, unit } = objectOf(value ?? null);
  return typeof name === "string" ? { name, unit: textOf(unit) } : null;
}
