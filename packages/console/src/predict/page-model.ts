import {
  type ColumnSchema,
  createScorer,
  decodeBundle,
  type JsonCell,
  type ModelBundle,
  type ReferenceSketch,
  type Scorer,
} from "@atalaya/learn";

/** A request row as the form holds it. null is unknown. */
export type FormRow = Readonly<Record<string, JsonCell>>;

/** One field of the form: what may stand there, and what training saw there. */
export interface FormField {
  readonly column: ColumnSchema;
  /** Smallest and largest value in training; null: no number, or none was there. */
  readonly range: { readonly low: number; readonly high: number } | null;
  /** Share of training values in stretches of equal width over the range. */
  readonly shape: readonly number[];
  /** Levels to choose from or to be proposed; null: no category. */
  readonly levels: readonly string[] | null;
  /** True: no other level than those is allowed. */
  readonly isClosed: boolean;
  /** True: training saw exactly these levels, so any other is new to the model. */
  readonly levelsAreComplete: boolean;
  /** Mean absolute effect over some example rows. */
  readonly weight: number;
}

/** The version that serves, ready to score in the page. */
export interface PageModel {
  readonly pipeline: string;
  readonly version: number;
  readonly scorer: Scorer;
  readonly bundle: ModelBundle;
  /** The most important first. */
  readonly fields: readonly FormField[];
  /** Complete request rows. */
  readonly examples: readonly FormRow[];
  /** The model's answers over training; null for classes. */
  readonly answers: Extract<ReferenceSketch, { kind: "number" }> | null;
}

const EXAMPLES_FOR_WEIGHT = 16;
const SHAPE_PARTS = 24;

/** Opens a bundle's bytes for the page. @throws LEARN_BUNDLE_… */
export function openModel(pipeline: string, version: number, bytes: Uint8Array): PageModel {
  const bundle = decodeBundle(bytes);
  const scorer = createScorer(bundle);
  const weights = weightsOf(scorer, bundle);
  const sketches = new Map(bundle.reference.map((sketch) => [sketch.name, sketch]));
  const answers = sketches.get("prediction");
  return {
    pipeline,
    version,
    scorer,
    bundle,
    fields: bundle.features.inputs
      .map((column) => fieldOf(bundle, column, sketches.get(column.name), weights.get(column.name) ?? 0))
      .sort((one, other) => other.weight - one.weight),
    examples: bundle.replay.rows,
    answers: answers?.kind === "number" && answers.quantiles.length > 0 ? answers : null,
  };
}

function weightsOf(scorer: Scorer, bundle: ModelBundle): Map<string, number> {
  const { frame } = scorer.read(bundle.replay.rows.slice(0, EXAMPLES_FOR_WEIGHT));
  const weights = new Map<string, number>();
  for (const { outputs } of scorer.explain(frame)) {
    for (const { byInput } of outputs) {
      for (const { input, effect } of byInput) weights.set(input, (weights.get(input) ?? 0) + Math.abs(effect));
    }
  }
  return weights;
}

function fieldOf(bundle: ModelBundle, column: ColumnSchema, sketch: ReferenceSketch | undefined, weight: number): FormField {
  const isCategory = column.type === "category" || column.type === "text";
  const quantiles = sketch?.kind === "number" ? sketch.quantiles : [];
  const [low] = quantiles;
  const high = quantiles.at(-1);
  const seen = sketch?.kind === "category" ? sketch : null;
  const encoder = bundle.features.features.find(({ name }) => name === column.name)?.encoder;
  const learnt = encoder !== undefined && "levels" in encoder ? encoder.levels : null;
  const sketched = seen?.levels.map(({ level }) => level) ?? [];
  const levels = isCategory ? (column.levels ?? (learnt !== null && learnt.length > sketched.length ? learnt : sketched)) : null;
  return {
    column,
    range: low === undefined || high === undefined ? null : { low, high },
    shape: shapeOf(quantiles),
    levels,
    isClosed: column.levels !== undefined,
    levelsAreComplete: isCategory && ((seen !== null && seen.other === 0) || (learnt !== null && learnt.length > 0)),
    weight,
  };
}

/** A histogram over equal widths out of quantiles: each hundredth of the rows is spread over its stretch. */
export function shapeOf(quantiles: readonly number[]): number[] {
  const low = quantiles[0];
  const high = quantiles.at(-1);
  if (low === undefined || high === undefined || high <= low) return [];
  const width = (high - low) / SHAPE_PARTS;
  const parts = new Array<number>(SHAPE_PARTS).fill(0);
  const each = 1 / (quantiles.length - 1);
  for (let step = 1; step < quantiles.length; step++) {
    const from = (quantiles[step - 1]! - low) / width;
    const to = (quantiles[step]! - low) / width;
    const first = Math.min(SHAPE_PARTS - 1, Math.floor(from));
    const last = Math.min(SHAPE_PARTS - 1, Math.floor(to));
    if (first === last) parts[first]! += each;
    else {
      for (let part = first; part <= last; part++) {
        parts[part]! += (each * (Math.min(to, part + 1) - Math.max(from, part))) / (to - from);
      }
    }
  }
  return parts;
}

/** What is unusual about a value: nothing, out of the training range, or a level that training has not seen. */
export function unusual(field: FormField, value: JsonCell): "outside" | "unseen" | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" && field.range !== null && (value < field.range.low || value > field.range.high))
    return "outside";
  if (typeof value === "string" && field.levelsAreComplete && field.levels !== null && !field.levels.includes(value))
    return "unseen";
  return null;
}

/** Share of training answers below a value. */
export function shareBelow(quantiles: readonly number[], value: number): number {
  const below = quantiles.findLastIndex((quantile) => quantile <= value);
  if (below < 0) return 0;
  if (below >= quantiles.length - 1) return 1;
  const from = quantiles[below]!;
  const to = quantiles[below + 1]!;
  return (below + (value - from) / (to - from)) / (quantiles.length - 1);
}
