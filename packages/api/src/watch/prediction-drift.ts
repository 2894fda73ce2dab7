import { type DriftBin, type FrameColumn, type ModelBundle, populationStabilityIndex } from "@atalaya/learn";
import { type Store, sql } from "@atalaya/store";
import type { TimeSpan } from "./traffic.js";

/** What was predicted in one stretch of time; null: nothing was. */
export interface PredictionBucket {
  readonly from: string;
  readonly rows: number;
  /** 10, 50 and 90 % of the predicted values or scores; null for classes. */
  readonly quantiles: readonly [number, number, number] | null;
  /** Share of each class of `classes`; null for numbers. */
  readonly shares: readonly number[] | null;
}

/** Predictions now against those on the training part of the version that answers. */
export interface PredictionDrift {
  readonly kind: "number" | "class";
  readonly unit: string | null;
  /** The most frequent classes of training, five at most. */
  readonly classes: readonly string[];
  readonly psi: number;
  /** Answers that were compared. */
  readonly rows: number;
  readonly bins: readonly DriftBin[];
  readonly training: { readonly quantiles: readonly [number, number, number] | null; readonly shares: readonly number[] | null };
  readonly buckets: readonly PredictionBucket[];
}

/** Requests of each stretch that are looked at: enough for quantiles, and cheap at any traffic. */
const REQUESTS_A_BUCKET = 200;
const MOST_ROWS = 20_000;
const MOST_CLASSES = 5;

/** null: the bundle does not say how its predictions lay in training. */
export async function predictionDrift(
  { database }: Pick<Store, "database">,
  bundle: Pick<ModelBundle, "reference" | "target">,
  pipeline: string,
  span: TimeSpan,
): Promise<PredictionDrift | null> {
  const reference = bundle.reference.find(({ name }) => name === "prediction");
  if (reference === undefined) return null;
  const { start, bucketSeconds, count } = span;
  const { rows } = await sql<{ bucket: number; answer: unknown }>`
    select bucket, answer from generate_series(0, ${count - 1}::int) as bucket,
      lateral (select answers from atalaya.inference_logs where pipeline = ${pipeline}
        and at >= ${start}::timestamptz + make_interval(secs => bucket * ${bucketSeconds}::float8)
        and at < ${start}::timestamptz + make_interval(secs => (bucket + 1) * ${bucketSeconds}::float8)
        order by at desc limit ${REQUESTS_A_BUCKET}) as logged,
      jsonb_array_elements(case jsonb_typeof(logged.answers) when 'array' then logged.answers else '[]' end) as answer
    limit ${MOST_ROWS}`.execute(database);
  const kind = reference.kind === "number" ? "number" : "class";
  const classes = reference.kind === "category" ? reference.levels.slice(0, MOST_CLASSES).map(({ level }) => level) : [];
  const values = rows.map(({ answer }) => predictedOf(answer));
  const { psi, bins } = populationStabilityIndex(reference, columnOfValues(kind, values));
  const byBucket = Array.from({ length: count }, (): (number | string)[] => []);
  rows.forEach(({ bucket }, at) => {
    const value = values[at];
    if (value !== null && value !== undefined) byBucket[bucket]?.push(value);
  });
  return {
    kind,
    unit: bundle.target?.unit ?? null,
    classes,
    psi,
    rows: rows.length,
    bins,
    training: {
      quantiles:
        reference.kind === "number" && reference.quantiles.length > 0
          ? [reference.quantiles[10]!, reference.quantiles[50]!, reference.quantiles[90]!]
          : null,
      shares:
        reference.kind === "category"
          ? reference.levels.slice(0, MOST_CLASSES).map((level) => level.rows / Math.max(1, reference.rows - reference.missing))
          : null,
    },
    buckets: byBucket.map((own, bucket) => ({
      from: new Date(start.getTime() + bucket * bucketSeconds * 1_000).toISOString(),
      rows: own.length,
      quantiles: kind === "number" ? quantilesOf(own) : null,
      shares:
        kind === "class" && own.length > 0
          ? classes.map((level) => own.filter((each) => each === level).length / own.length)
          : null,
    })),
  };
}

/** A number, a score or a label, as an answer has it; null: it is no answer that this release knows. */
function predictedOf(answer: unknown): number | string | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { value, score, label } = answer as { value?: unknown; score?: unknown; label?: unknown };
  if (typeof value === "number") return value;
  if (typeof score === "number") return score;
  return typeof label === "string" ? label : null;
}

function quantilesOf(values: readonly (number | string)[]): [number, number, number] | null {
  const sorted = values.filter((value): value is number => typeof value === "number").sort((one, other) => one - other);
  if (sorted.length === 0) return null;
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.1), at(0.5), at(0.9)];
}

function columnOfValues(kind: "number" | "class", values: readonly (number | string | null)[]): FrameColumn {
  if (kind === "number") {
    return { kind: "number", values: Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN)) };
  }
  const levels = [...new Set(values.filter((value): value is string => typeof value === "string"))];
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  return { kind: "category", levels, codes: Int32Array.from(values, (value) => codeOf.get(String(value)) ?? -1) };
}
