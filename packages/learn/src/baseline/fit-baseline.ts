import { log } from "../arithmetic/logarithm.js";
import { errors } from "../errors.js";
import { checkedCodes, checkMatrix, classWeights, fittedValues, weighedRows } from "../model/check-data.js";
import type { TrainingData } from "../model/fit-options.js";
import type { FittedModel, LinearPart, OutputSpace } from "../model/model.js";
import { EnsembleBuilder } from "../trees/ensemble-builder.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import { logisticWeights } from "./logistic.js";
import { ridgeWeights } from "./ridge.js";
import { type Standardised, standardise } from "./standardised.js";

/**
 * The linear baseline: ridge regression for numbers, logistic regression for classes, on standardised columns, missing
 * values at the mean of the training rows. Codes of categories count as numbers. Deterministic; no seed.
 *
 * @throws LEARN_TARGET_…, LEARN_NO_FEATURES, LEARN_TOO_FEW_ROWS, LEARN_FEATURE_NOT_FINITE, LEARN_WEIGHT…
 * @see goldens/baselines (scikit-learn's Ridge and LogisticRegression)
 */
export function fitLinear(data: TrainingData, parameters: ParametersOf<"linear">): FittedModel {
  const { matrix, target } = data;
  checkMatrix(matrix);
  if (target === null) throw errors.TARGET_MISSING({ learner: "linear" });
  const weighed = weighedRows(data);
  if (target.kind === "number") {
    const values = fittedValues(target, matrix.rowCount, parameters.fitOn);
    const standardised = standardise(matrix, weighed);
    const own = Float64Array.from(weighed.rows, (row) => values[row]);
    const mean = meanOf(own, standardised.weights);
    const centred = own.map((value) => value - mean);
    const weights = ridgeWeights(standardised, centred, parameters.l2);
    return linearModel("linear", parameters, parameters.fitOn, null, ownUnits(standardised, weights, Float64Array.of(mean)));
  }
  const { codes, classes } = checkedCodes(target, matrix.rowCount);
  const shares = classWeights(codes, classes, weighed);
  const standardised = standardise(matrix, weighed);
  const own = Int32Array.from(weighed.rows, (row) => codes[row]);
  const start = startOf(shares, weighed.rows.length);
  const { weights, intercepts } = logisticWeights(standardised, own, start, parameters.l2);
  const space = classes.length === 2 ? "logOdds" : "softmax";
  return linearModel("linear", parameters, space, classes, ownUnits(standardised, weights, intercepts));
}

/**
 * The model that knows no feature: the mean of the training rows (on the fitted scale), or the shares of the classes.
 *
 * @throws as `fitLinear`
 */
export function fitDummy(data: TrainingData, parameters: ParametersOf<"dummy">): FittedModel {
  const { matrix, target } = data;
  checkMatrix(matrix);
  if (target === null) throw errors.TARGET_MISSING({ learner: "dummy" });
  const weighed = weighedRows(data);
  const without = { base: new Float64Array(0), linear: null, columns: matrix.columns.length };
  if (target.kind === "number") {
    const values = fittedValues(target, matrix.rowCount, parameters.fitOn);
    const own = Float64Array.from(weighed.rows, (row) => values[row]);
    const weights = weighed.weights === null ? null : Float64Array.from(weighed.rows, (row) => weighed.weights?.[row] ?? 1);
    return linearModel("dummy", parameters, parameters.fitOn, null, { ...without, base: Float64Array.of(meanOf(own, weights)) });
  }
  const { codes, classes } = checkedCodes(target, matrix.rowCount);
  const shares = classWeights(codes, classes, weighed);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return linearModel("dummy", parameters, "probability", classes, { ...without, base: shares.map((share) => share / total) });
}

/** What is left of a model once it is in the columns' own units. */
interface Fitted {
  /** [output] */
  readonly base: Float64Array;
  readonly linear: LinearPart | null;
  readonly columns: number;
}

function ownUnits({ columns, mean, deviation }: Standardised, standardised: Float64Array, intercepts: Float64Array): Fitted {
  const count = columns.length;
  const weights = standardised.map((weight, place) => (deviation[place % count] === 0 ? 0 : weight / deviation[place % count]));
  const base = intercepts.map((intercept, output) => {
    let sum = intercept;
    for (let column = 0; column < count; column++) sum -= weights[output * count + column] * mean[column];
    return sum;
  });
  return { base, linear: { weights, mean: mean.slice(), fill: mean.slice() }, columns: count };
}

function linearModel(
  learner: "linear" | "dummy",
  parameters: Readonly<Record<string, number | string | boolean>>,
  space: OutputSpace,
  classes: readonly string[] | null,
  { base, linear, columns }: Fitted,
): FittedModel {
  const trees = new EnsembleBuilder(columns, base, 1).finish();
  return { learner, parameters, trees, space, classes, isolation: null, linear };
}

/** Scores that give the shares of the classes: a class without a row counts as half a row. */
function startOf(shares: Float64Array, rows: number): Float64Array {
  if (shares.length === 2) return Float64Array.of(log(shares[1] / shares[0]));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const least = total / rows / 2;
  return shares.map((share) => log(Math.max(share, least) / total));
}

function meanOf(values: Float64Array, weights: Float64Array | null): number {
  const [first] = values;
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === null ? 1 : weights[row];
    // From the first value on, so that the mean of a constant is that constant.
    sum += weight * (values[row] - first);
    total += weight;
  }
  return first + sum / total;
}
