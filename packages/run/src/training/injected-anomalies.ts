import {
  createRandom,
  type FeatureMatrix,
  type Frame,
  type ModelBundle,
  measure,
  predictRaw,
  transformFeatures,
} from "@atalaya/learn";
import type { Measurement } from "../reports/evaluation-report.js";
import { scoresOf } from "./evidence.js";

const MOST_ROWS = 2_000;
const SEED = 1;
/** Of the columns of an injected row, so many are made strange: an anomaly that is strange everywhere would be too easy. */
const STRANGE_SHARE = 0.25;

/**
 * How well a forest tells rows apart from copies of them that were made strange: the chance that the copy scores higher. It
 * needs no labels. In a copy a quarter of the features are taken from beyond the range of the rows, on either side.
 *
 * The same rows give the same value.
 */
export function injectedAuroc({ features, model }: ModelBundle, frame: Frame): Measurement {
  if (frame.rowCount < 2) return { notMeasured: "there are not two rows to inject anomalies into" };
  const matrix = transformFeatures(features, frame);
  const strange = inject(matrix);
  const plain = scoresOf(model, predictRaw(model, matrix));
  const injected = scoresOf(model, predictRaw(model, strange));
  const scores = Float64Array.of(...[...plain.scores].slice(0, strange.rowCount), ...injected.scores);
  const labels = Int8Array.from(scores, (_, row) => (row < strange.rowCount ? 0 : 1));
  const { alertThreshold } = plain;
  const measured = measure(["auroc"], { task: "anomaly", scores, alertThreshold, labels, budget: null, otherScores: null });
  return measured.auroc ?? { notMeasured: "it could not be ranked" };
}

/** Copies of the first rows, a part of each taken from beyond what occurs. */
function inject(matrix: FeatureMatrix): FeatureMatrix {
  const rowCount = Math.min(matrix.rowCount, MOST_ROWS);
  const random = createRandom(SEED);
  const columns = matrix.columns.map((values) => {
    const [low, high] = rangeOf(values);
    const width = high > low ? high - low : Math.max(1, Math.abs(high));
    return Float64Array.from({ length: rowCount }, (_, row) => {
      if (random.next() >= STRANGE_SHARE) return values[row]!;
      const beyond = width * (0.1 + random.next());
      return random.next() < 0.5 ? low - beyond : high + beyond;
    });
  });
  return { ...matrix, rowCount, columns };
}

function rangeOf(values: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
