import { createRandom, type FeatureMatrix, type ModelBundle, measure, predictRaw, transformFeatures } from "@atalaya/learn";
import type { Measurement } from "../reports/evaluation-report.js";
import type { RowStream } from "../rows/row-stream.js";
import { scoresOf } from "./evidence.js";
import { inputNames, matrices } from "./stream-features.js";

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
export async function injectedAuroc({ features, model }: ModelBundle, rows: RowStream): Promise<Measurement> {
  if (rows.rowCount < 2) return { notMeasured: "there are not two rows to inject anomalies into" };
  const first = transformFeatures(features, await rows.first(MOST_ROWS).gather(inputNames(features)));
  const ranges: Range[] = first.columns.map(() => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  for await (const { columns } of matrices(features, rows)) {
    for (const [column, values] of columns.entries()) widen(ranges[column]!, values);
  }
  const plain = scoresOf(model, predictRaw(model, first));
  const injected = scoresOf(model, predictRaw(model, inject(first, ranges)));
  const scores = Float64Array.of(...plain.scores, ...injected.scores);
  const labels = Int8Array.from(scores, (_, row) => (row < first.rowCount ? 0 : 1));
  const { alertThreshold } = plain;
  const measured = measure(["auroc"], { task: "anomaly", scores, alertThreshold, labels, budget: null, otherScores: null });
  return measured.auroc ?? { notMeasured: "it could not be ranked" };
}

/** Copies of rows, a part of each taken from beyond what occurs in any row. */
function inject(matrix: FeatureMatrix, ranges: readonly Range[]): FeatureMatrix {
  const { rowCount } = matrix;
  const random = createRandom(SEED);
  const columns = matrix.columns.map((values, column) => {
    const [low, high] = finite(ranges[column]!);
    const width = high > low ? high - low : Math.max(1, Math.abs(high));
    return Float64Array.from({ length: rowCount }, (_, row) => {
      if (random.next() >= STRANGE_SHARE) return values[row]!;
      const beyond = width * (0.1 + random.next());
      return random.next() < 0.5 ? low - beyond : high + beyond;
    });
  });
  return { ...matrix, columns };
}

type Range = [low: number, high: number];

function widen(range: Range, values: Float64Array): void {
  for (const value of values) {
    if (value < range[0]) range[0] = value;
    if (value > range[1]) range[1] = value;
  }
}

/** Of a column without any value: 0. */
function finite([low, high]: Range): Range {
  return low <= high ? [low, high] : [0, 0];
}
