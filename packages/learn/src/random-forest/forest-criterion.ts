import { errors } from "../errors.js";
import { weightedMean } from "../gradient-boosting/squared-loss.js";
import { checkedCodes, classWeights, fittedValues, type WeighedRows } from "../model/check-data.js";
import type { OutputSpace, Target } from "../model/model.js";
import { ClassStatistics } from "../trees/class-statistics.js";
import type { EnsembleBuilder } from "../trees/ensemble-builder.js";
import { GradientStatistics } from "../trees/gradient-statistics.js";
import type { LeafList } from "../trees/leaf-list.js";
import type { RowStatistics } from "../trees/row-statistics.js";
import type { ParametersOf } from "../tune/parameter-schema.js";

/** What a forest minimises: variance of a number, or Gini impurity of classes. */
export interface ForestCriterion {
  readonly space: OutputSpace;
  readonly base: Float64Array;
  readonly statistics: RowStatistics;
  /** Sets the statistics' numbers of the rows in the bag; `draws` becomes their weight. Returns the loss before any split. */
  startTree(bag: Int32Array, count: number, draws: Float64Array): number;
  /** Values of the last tree's leaves, divided by the number of trees: a forest's output is a sum over its trees. */
  setLeafValues(builder: EnsembleBuilder, leaves: LeafList): void;
}

/** @throws LEARN_TARGET_…, LEARN_LOG_OF_CLASSES, LEARN_BALANCE_OF_NUMBERS */
export function createCriterion(
  target: Target,
  rowCount: number,
  weighed: WeighedRows,
  parameters: ParametersOf<"randomForest">,
): ForestCriterion {
  if (target.kind === "number") {
    if (parameters.balance) throw errors.BALANCE_OF_NUMBERS({});
    return varianceCriterion(fittedValues(target, rowCount, parameters.fitOn), weighed, parameters);
  }
  if (parameters.fitOn === "log1p") throw errors.LOG_OF_CLASSES({});
  return giniCriterion(target, rowCount, weighed, parameters);
}

function varianceCriterion(
  values: Float64Array,
  weighed: WeighedRows,
  parameters: ParametersOf<"randomForest">,
): ForestCriterion {
  const { weights } = weighed;
  // Centred: sums of squares of a large mean would hide small differences.
  const mean = weightedMean(values, weighed);
  const gradient = new Float64Array(values.length);
  const hessian = new Float64Array(values.length);
  const hessians = weights === null ? "multiplicities" : "curvatures";
  const statistics = new GradientStatistics(gradient, hessian, { l2: 0, minLeafHessian: 0, hessians });
  return {
    space: parameters.fitOn,
    base: Float64Array.of(mean),
    statistics,
    startTree: (bag, count, draws) => {
      let loss = 0;
      for (let position = 0; position < count; position++) {
        const row = bag[position];
        if (weights !== null) draws[row] *= weights[row];
        const distance = mean - values[row];
        hessian[row] = draws[row];
        gradient[row] = draws[row] * distance;
        loss += draws[row] * distance * distance;
      }
      return loss;
    },
    setLeafValues: (builder, leaves) => {
      for (let leaf = 0; leaf < leaves.length; leaf++) {
        builder.setValue(leaves.node[leaf], statistics.leafValue(leaves.totals, leaf * leaves.channels) / parameters.trees);
      }
    },
  };
}

function giniCriterion(
  target: Target,
  rowCount: number,
  weighed: WeighedRows,
  parameters: ParametersOf<"randomForest">,
): ForestCriterion {
  const { codes, classes } = checkedCodes(target, rowCount);
  const { weights } = weighed;
  const factors = parameters.balance ? balanceFactors(classWeights(codes, classes, weighed)) : null;
  if (factors === null) classWeights(codes, classes, weighed);
  const weight = new Float64Array(rowCount);
  const statistics = new ClassStatistics(codes, weight, classes.length);
  return {
    space: "probability",
    base: new Float64Array(classes.length),
    statistics,
    startTree: (bag, count, draws) => {
      let sum = 0;
      for (let position = 0; position < count; position++) {
        const row = bag[position];
        if (weights !== null) draws[row] *= weights[row];
        if (factors !== null) draws[row] *= factors[codes[row]];
        weight[row] = draws[row];
        sum += draws[row];
      }
      return sum;
    },
    setLeafValues: (builder, leaves) => {
      for (let leaf = 0; leaf < leaves.length; leaf++) {
        for (let output = 0; output < classes.length; output++) {
          const share = statistics.leafShare(leaves.totals, leaf * leaves.channels, output);
          builder.setValue(leaves.node[leaf], share / parameters.trees, output);
        }
      }
    },
  };
}

/** Factor of each class that makes all weigh the same; their mean over the rows is 1 (scikit-learn's "balanced"). */
function balanceFactors(weightByClass: Float64Array): Float64Array {
  let sum = 0;
  let present = 0;
  for (const weight of weightByClass) {
    sum += weight;
    if (weight > 0) present++;
  }
  return weightByClass.map((weight) => (weight > 0 ? sum / (present * weight) : 0));
}
