import { errors } from "../errors.js";
import { asLevels, codesByFrequency, countLevels } from "../frame/as-levels.js";
import type { CategoryColumn, Frame } from "../frame/frame.js";
import { columnOf } from "../frame/select.js";
import type { Target } from "../model/model.js";
import { checkFeaturePlan } from "./check-plan.js";
import { deriveColumns } from "./derive-columns.js";
import type { EncoderPlan, FeatureMatrix, FeaturePlan, FittedEncoder, FittedFeature, FittedFeatures } from "./feature-plan.js";
import { fitTargetMean, foldByRow, type TargetValues, targetValues } from "./target-mean.js";
import { transformFeatures } from "./transform-features.js";

export interface FitFeaturesOptions {
  /** Decides which training rows share a fold of the target means. */
  readonly seed: number;
  /** Scale of the target that the learner fits; target means are means on it. */
  readonly fitOn: "value" | "log1p";
}

interface Fitting {
  readonly encoder: FittedEncoder;
  /** [matrix column of the feature][row]: target means of training rows without their own fold. */
  readonly outOfFold?: readonly Float64Array[];
}

/**
 * Fits encoders on the training part and gives its matrix. `transformFeatures(fitted, frame)` gives every other row's;
 * it differs from `trainingMatrix` only in target means, which are out-of-fold here.
 *
 * @param frame   training rows with the plan's input columns
 * @param target  one value per row; null for anomaly scoring
 * @throws LEARN_FEATURE_*, LEARN_EXPRESSION_*, LEARN_FRAME_*
 */
export function fitFeatures(
  plan: FeaturePlan,
  frame: Frame,
  target: Target | null,
  options: FitFeaturesOptions,
): { fitted: FittedFeatures; trainingMatrix: FeatureMatrix } {
  checkFeaturePlan(plan, target !== null);
  checkRows(frame, target);
  const values = deriveColumns(plan, frame);
  const targets = target === null ? [] : targetValues(target, options.fitOn);
  const folds = foldByRow(frame.rowCount, options.seed);
  const fittings = plan.features.map(({ name, encoder }): Fitting => {
    if (encoder.kind === "number") return { encoder };
    return fitLevels(encoder, asLevels(columnOf(values, name)), targets, folds);
  });
  const fitted = assemble(plan, fittings, target);
  const matrix = withOutOfFold(transformFeatures(fitted, frame), fitted, fittings);
  return { fitted, trainingMatrix: withCategories(matrix, plan, fitted) };
}

function checkRows(frame: Frame, target: Target | null): void {
  if (target === null) return;
  const rows = target.kind === "number" ? target.values.length : target.codes.length;
  if (rows !== frame.rowCount) throw errors.FRAME_LENGTHS_DIFFER({ column: "target", rows, expected: frame.rowCount });
}

function fitLevels(
  plan: Exclude<EncoderPlan, { kind: "number" }>,
  column: CategoryColumn,
  targets: TargetValues,
  folds: Uint8Array,
): Fitting {
  switch (plan.kind) {
    case "levels":
      return { encoder: { kind: "levels", levels: plan.levels ?? codesByFrequency(column).map((code) => column.levels[code]) } };
    case "targetMean":
      return fitTargetMean(column, targets, plan.smoothing, folds);
    case "frequency": {
      const codes = codesByFrequency(column);
      const counts = countLevels(column);
      const levels = codes.map((code) => column.levels[code]);
      const values = codes.map((code) => counts[code] / column.codes.length);
      return { encoder: { kind: "frequency", levels, values, fallback: 0 } };
    }
  }
}

function assemble(plan: FeaturePlan, fittings: readonly Fitting[], target: Target | null): FittedFeatures {
  const features: FittedFeature[] = [];
  const columnNames: string[] = [];
  plan.features.forEach(({ name }, position) => {
    const { encoder } = fittings[position];
    const width = encoder.kind === "targetMean" ? encoder.values.length : 1;
    features.push({ name, encoder, column: columnNames.length, width });
    const classes = target?.kind === "class" && width > 1 ? target.classes : null;
    for (let output = 0; output < width; output++) columnNames.push(classes === null ? name : `${name}=${classes[output]}`);
  });
  return { inputs: plan.inputs, derived: plan.derived, features, columnNames };
}

/** Says which columns are codes of native categories, where there are some. */
function withCategories(matrix: FeatureMatrix, plan: FeaturePlan, fitted: FittedFeatures): FeatureMatrix {
  const categoryCounts = fitted.features.flatMap(({ encoder, width }, position): (number | null)[] => {
    const own = plan.features[position].encoder;
    if (own.kind === "levels" && own.native === true && encoder.kind === "levels") return [encoder.levels.length];
    return Array.from({ length: width }, () => null);
  });
  return categoryCounts.every((count) => count === null) ? matrix : { ...matrix, categoryCounts };
}

function withOutOfFold(matrix: FeatureMatrix, fitted: FittedFeatures, fittings: readonly Fitting[]): FeatureMatrix {
  const columns = [...matrix.columns];
  fitted.features.forEach(({ column }, position) => {
    fittings[position].outOfFold?.forEach((values, output) => {
      columns[column + output] = values;
    });
  });
  return { ...matrix, columns };
}
