import type { Answer, JsonCell, ModelBundle, RowExplanation } from "@atalaya/learn";

/** What one part of the row adds. */
export interface Reason {
  readonly name: string;
  /** undefined: several columns stand behind it. */
  readonly value: JsonCell | undefined;
  readonly unit: string | null;
  readonly effect: number;
}

/** Effects that add up from `base` to `output`, in the user's unit where the model allows it. */
export interface Reasons {
  readonly base: number;
  readonly output: number;
  readonly unit: string | null;
  /** What `output` is: the value, a probability, a score, or the model's inner scale. */
  readonly scale: "value" | "probability" | "score" | "inner";
  /** The class that is explained; null for numbers and anomalies. */
  readonly label: string | null;
  /** By feature, the strongest first. */
  readonly byFeature: readonly Reason[];
  /** By column of the request, the strongest first. */
  readonly byColumn: readonly Reason[];
}

/** The reasons of one answer, as the service gives them too: of several outputs those of the predicted class. */
export function reasonsOf(
  bundle: ModelBundle,
  row: RowExplanation,
  answer: Answer,
  values: Readonly<Record<string, JsonCell>>,
): Reasons {
  const predicted = "label" in answer ? row.outputs.find((output) => output.class === answer.label) : undefined;
  const output = predicted ?? row.outputs[0]!;
  const sum = row.onAnswerScale ?? output;
  const scale = row.onAnswerScale?.scale ?? (row.space === "probability" ? "probability" : "inner");
  const unit = scale === "value" ? (bundle.target?.unit ?? null) : null;
  const units = new Map(bundle.features.inputs.map((column) => [column.name, column.unit ?? null]));
  const times = new Set(bundle.features.inputs.flatMap(({ name, type }) => (type === "time" ? [name] : [])));
  const shown = (name: string, value: JsonCell): JsonCell =>
    typeof value === "number" && times.has(name) ? new Date(value).toISOString() : value;
  return {
    base: sum.base,
    output: sum.output,
    unit,
    scale,
    label: output.class,
    byFeature: strongestFirst(
      sum.effects.map(({ feature, value, effect }) => ({
        name: feature,
        value: shown(feature, value),
        unit: units.get(feature) ?? null,
        effect,
      })),
    ),
    byColumn: strongestFirst(
      sum.byInput.map(({ input, effect }) => ({
        name: input,
        value: shown(input, values[input] ?? null),
        unit: units.get(input) ?? null,
        effect,
      })),
    ),
  };
}

function strongestFirst(reasons: readonly Reason[]): Reason[] {
  return [...reasons].sort((one, other) => Math.abs(other.effect) - Math.abs(one.effect));
}

/** The strongest reasons, and the others as one, so that the sum still holds. */
export function strongest(
  reasons: readonly Reason[],
  most: number,
): { shown: readonly Reason[]; others: { count: number; effect: number } | null } {
  const told = reasons.filter(({ effect }) => effect !== 0);
  if (told.length <= most) return { shown: told, others: null };
  const rest = told.slice(most);
  return {
    shown: told.slice(0, most),
    others: { count: rest.length, effect: rest.reduce((sum, { effect }) => sum + effect, 0) },
  };
}

/** `houseSize` → `house size`: a column's name for people. */
export function inWords(name: string): string {
  return name
    .replace(/_/g, " ")
    .replace(/([a-z\d])([A-Z])/g, (_all, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}
