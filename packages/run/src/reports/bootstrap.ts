import { createRandom, type Evidence, evidenceRows, type MetricName, measure, selectEvidence } from "@atalaya/learn";

/** How much better the challenger is on the same rows, in the metric's unit; above 0 is better. */
export interface Difference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

const RESAMPLES = 400;
/** Resamples of large holdouts are smaller, and their spread is scaled by √(sample / rows). */
const MOST_SAMPLE = 4_000;

/**
 * Paired percentile bootstrap of the difference between two models on the same rows: the same resampled rows judge both. The
 * same evidence gives the same interval. null where the metric cannot be measured.
 *
 * Cost: 800 measurements on 4,000 rows at most.
 *
 * @see Efron, Tibshirani 1993, An Introduction to the Bootstrap; Bickel, Götze, van Zwet 1997 for smaller resamples
 */
export function bootstrapDifference(
  metric: string,
  better: "higher" | "lower",
  challenger: Evidence,
  champion: Evidence,
  confidence = 0.95,
): Difference | null {
  const rows = evidenceRows(challenger);
  if (rows === 0 || evidenceRows(champion) !== rows) return null;
  const sign = better === "higher" ? 1 : -1;
  const between = (first: Evidence, second: Evidence): number | null => {
    const [ours, theirs] = [metricOf(metric, first), metricOf(metric, second)];
    return ours === null || theirs === null ? null : sign * (ours - theirs);
  };
  const value = between(challenger, champion);
  if (value === null) return null;
  const size = Math.min(rows, MOST_SAMPLE);
  const random = createRandom(rows);
  const sample = new Uint32Array(size);
  const values: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let at = 0; at < size; at++) sample[at] = Math.floor(random.next() * rows);
    const resampled = between(selectEvidence(challenger, sample), selectEvidence(champion, sample));
    if (resampled !== null) values.push(resampled);
  }
  if (values.length < RESAMPLES / 2) return null;
  return { value, confidence, ...percentileInterval(value, values, confidence, Math.sqrt(size / rows)) };
}

/**
 * Where resampled values of a metric lie around it.
 *
 * @param scale  1, or less where resamples are smaller than the rows that were measured
 */
export function percentileInterval(
  value: number,
  resampled: readonly number[],
  confidence: number,
  scale: number,
): { low: number; high: number } {
  const values = [...resampled].sort((a, b) => a - b);
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const at = (share: number): number => values[Math.round(share * (values.length - 1))]!;
  const tail = (1 - confidence) / 2;
  return { low: value + scale * (at(tail) - mean), high: value + scale * (at(1 - tail) - mean) };
}

/** A metric, or one of a class against the rest: `auroc(<30)`. */
function metricOf(metric: string, evidence: Evidence): number | null {
  const measured = Object.values(measureNamed([metric], evidence))[0];
  return measured !== undefined && "value" in measured ? measured.value : null;
}

export type Measured = { readonly value: number } | { readonly notMeasured: string };

const OF_CLASS = /^(auroc|averagePrecision)\((.*)\)$/s;

/** Named like a metric, and measured without labels: see `injectedAuroc`. */
const INJECTED = "injectedAuroc";

/**
 * `measure`, and the metrics of one class against the rest.
 *
 * @param injected what was found of anomalies that were put among the rows; null: none were
 * @throws LEARN_METRIC_UNKNOWN, LEARN_METRIC_INPUT_INVALID
 */
export function measureNamed(
  names: readonly string[],
  evidence: Evidence,
  injected: Measured | null = null,
): Readonly<Record<string, Measured>> {
  const isPlain = (name: string): boolean => name !== INJECTED && (evidence.task !== "classification" || !OF_CLASS.test(name));
  const plain = names.filter(isPlain);
  const measured = measure(plain, evidence) as Readonly<Record<string, Measured>>;
  return Object.fromEntries(
    names.map((name): [string, Measured] => {
      if (name === INJECTED) return [name, injected ?? { notMeasured: "nothing was injected" }];
      const match = evidence.task === "classification" ? OF_CLASS.exec(name) : null;
      if (match === null || evidence.task !== "classification") return [name, measured[name]!];
      const [, metric = "", label = ""] = match;
      return [name, ofClass(metric as MetricName, label, evidence)];
    }),
  );
}

function ofClass(metric: MetricName, label: string, evidence: Extract<Evidence, { task: "classification" }>): Measured {
  const position = evidence.classes.indexOf(label);
  const probability = evidence.probability[position];
  if (probability === undefined) return { notMeasured: `the target has no class ${label}` };
  const rest = `not ${label}`;
  const against: Evidence = {
    task: "classification",
    classes: [rest, label],
    truth: evidence.truth.map((code) => (code === position ? 1 : 0)),
    probability: [probability.map((value) => 1 - value), probability],
  };
  return Object.values(measure([metric], against) as Readonly<Record<string, Measured>>)[0]!;
}
