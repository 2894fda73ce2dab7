import { errors } from "../errors.js";
import { asLevels } from "../frame/as-levels.js";
import type { Frame } from "../frame/frame.js";
import { LevelCounts } from "../frame/level-counts.js";
import { columnOf } from "../frame/select.js";
import type { Target } from "../model/model.js";
import { checkFeaturePlan } from "./check-plan.js";
import { deriveColumns } from "./derive-columns.js";
import type { EncoderPlan, FeatureMatrix, FeaturePlan, FittedEncoder, FittedFeature, FittedFeatures } from "./feature-plan.js";
import {
  type FittedMeans,
  foldByRow,
  outputsOfTarget,
  TargetMeanFitter,
  type TargetValues,
  targetValues,
} from "./target-mean.js";
import { type PreparedRows, prepareFeatures } from "./transform-features.js";

export interface FitFeaturesOptions {
  /** Decides which training rows share a fold of the target means. */
  readonly seed: number;
  /** Scale of the target that the learner fits; target means are means on it. */
  readonly fitOn: "value" | "log1p";
}

/** Encoders that have seen the training part, and the matrix of its rows. */
export interface TrainedFeatures {
  readonly fitted: FittedFeatures;
  /** Per matrix column the number of levels of a native category; absent: all are numbers. */
  readonly categoryCounts?: readonly (number | null)[];
  /**
   * Matrix of training rows that follow each other, the first of them being row `firstRow` of the training part. It differs from
   * `transformFeatures` only in target means, which are out-of-fold here.
   */
  matrixOf(frame: Frame, firstRow: number): FeatureMatrix;
}

/** One encoder on its way. */
type Fitting =
  | { readonly kind: "fixed"; readonly encoder: FittedEncoder }
  | { readonly kind: "levels" | "frequency"; readonly counts: LevelCounts }
  | { readonly kind: "targetMean"; readonly means: TargetMeanFitter };

/**
 * Fits encoders on training rows that come in parts, so that they need not be in memory at once: `add` them in their order, then
 * `finish`. The sizes of the parts do not change a bit of what comes of it.
 *
 * Needs the distinct levels of every fitted category, and nothing by row.
 */
export class FeatureFitter {
  private readonly fittings: readonly Fitting[];
  private rows = 0;

  /**
   * @param target  one value per row of the whole training part; null for anomaly scoring
   * @throws LEARN_FEATURE_*, LEARN_EXPRESSION_*, LEARN_FRAME_LENGTHS_DIFFER
   */
  constructor(
    private readonly plan: FeaturePlan,
    private readonly target: Target | null,
    rowCount: number,
    private readonly options: FitFeaturesOptions,
  ) {
    checkFeaturePlan(plan, target !== null);
    const rows = target === null ? rowCount : target.kind === "number" ? target.values.length : target.codes.length;
    if (rows !== rowCount) throw errors.FRAME_LENGTHS_DIFFER({ column: "target", rows, expected: rowCount });
    this.fittings = plan.features.map(({ encoder }) => startFitting(encoder, target));
  }

  /** False where no encoder learns anything from rows: `add` is then not needed. */
  get readsRows(): boolean {
    return this.fittings.some(({ kind }) => kind !== "fixed");
  }

  /** The next training rows, with the plan's input columns. @throws LEARN_FRAME_*, LEARN_EXPRESSION_* */
  add(frame: Frame): void {
    const range = { firstRow: this.rows, rowCount: frame.rowCount };
    this.rows += frame.rowCount;
    const values = deriveColumns(this.plan, frame);
    const hasMeans = this.fittings.some(({ kind }) => kind === "targetMean");
    const targets: TargetValues = hasMeans && this.target !== null ? targetValues(this.target, this.options.fitOn, range) : [];
    const folds = hasMeans ? foldByRow(range, this.options.seed) : new Uint8Array(0);
    for (const [position, fitting] of this.fittings.entries()) {
      if (fitting.kind === "fixed") continue;
      const column = asLevels(columnOf(values, this.plan.features[position].name));
      if (fitting.kind === "targetMean") fitting.means.add(column, targets, folds);
      else fitting.counts.add(column);
    }
  }

  finish(): TrainedFeatures {
    const { plan, options } = this;
    const means = this.fittings.map((fitting) => (fitting.kind === "targetMean" ? fitting.means.finish() : null));
    const encoders = this.fittings.map((fitting, position) => means[position]?.encoder ?? encoderOf(fitting));
    const fitted = assemble(plan, encoders, this.target);
    const categoryCounts = categoryCountsOf(plan, fitted);
    const prepared = prepareFeatures(fitted);
    return {
      fitted,
      ...(categoryCounts === null ? {} : { categoryCounts }),
      matrixOf: (frame, firstRow) => {
        const rows = prepared(frame);
        const folds = foldByRow({ firstRow, rowCount: frame.rowCount }, options.seed);
        const columns = withOutOfFold(rows, fitted, means, folds);
        return { ...rows.matrix, columns, ...(categoryCounts === null ? {} : { categoryCounts }) };
      },
    };
  }
}

function startFitting(encoder: EncoderPlan, target: Target | null): Fitting {
  if (encoder.kind === "number") return { kind: "fixed", encoder };
  if (encoder.kind === "frequency") return { kind: "frequency", counts: new LevelCounts() };
  if (encoder.kind === "targetMean") {
    return { kind: "targetMean", means: new TargetMeanFitter(encoder.smoothing, target === null ? 0 : outputsOfTarget(target)) };
  }
  if (encoder.levels !== null) return { kind: "fixed", encoder: { kind: "levels", levels: encoder.levels } };
  return { kind: "levels", counts: new LevelCounts() };
}

function encoderOf(fitting: Fitting): FittedEncoder {
  if (fitting.kind === "fixed") return fitting.encoder;
  if (fitting.kind === "targetMean") return fitting.means.finish().encoder;
  const { counts } = fitting;
  const byFrequency = counts.byFrequency();
  const levels = byFrequency.map(({ level }) => level);
  if (fitting.kind === "levels") return { kind: "levels", levels };
  return { kind: "frequency", levels, values: byFrequency.map(({ rows }) => rows / counts.rows), fallback: 0 };
}

function assemble(plan: FeaturePlan, encoders: readonly FittedEncoder[], target: Target | null): FittedFeatures {
  const features: FittedFeature[] = [];
  const columnNames: string[] = [];
  plan.features.forEach(({ name }, position) => {
    const encoder = encoders[position];
    const width = encoder.kind === "targetMean" ? encoder.values.length : 1;
    features.push({ name, encoder, column: columnNames.length, width });
    const classes = target?.kind === "class" && width > 1 ? target.classes : null;
    for (let output = 0; output < width; output++) columnNames.push(classes === null ? name : `${name}=${classes[output]}`);
  });
  return { inputs: plan.inputs, derived: plan.derived, features, columnNames };
}

/** Which columns are codes of native categories; null where none is. */
function categoryCountsOf(plan: FeaturePlan, fitted: FittedFeatures): (number | null)[] | null {
  const counts = fitted.features.flatMap(({ encoder, width }, position): (number | null)[] => {
    const own = plan.features[position].encoder;
    if (own.kind === "levels" && own.native === true && encoder.kind === "levels") return [encoder.levels.length];
    return Array.from({ length: width }, () => null);
  });
  return counts.every((count) => count === null) ? null : counts;
}

function withOutOfFold(
  { values, matrix }: PreparedRows,
  fitted: FittedFeatures,
  means: readonly (FittedMeans | null)[],
  folds: Uint8Array,
): Float64Array[] {
  const columns = [...matrix.columns];
  fitted.features.forEach(({ name, column }, position) => {
    const own = means[position]?.outOfFold(asLevels(columnOf(values, name)), folds) ?? [];
    for (const [output, encoded] of own.entries()) columns[column + output] = encoded;
  });
  return columns;
}
