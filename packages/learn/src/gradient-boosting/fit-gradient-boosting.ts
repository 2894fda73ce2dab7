import { binnedBytes } from "../binning/binned-table.js";
import { errors } from "../errors.js";
import { checkMemory } from "../kernels/arena.js";
import {
  balancedWeights,
  checkedCodes,
  checkMatrix,
  classWeights,
  fittedValues,
  type WeighedRows,
  weighedRows,
} from "../model/check-data.js";
import type { FitOptions, TrainingData } from "../model/fit-options.js";
import type { FittedModel, Target } from "../model/model.js";
import { EnsembleBuilder } from "../trees/ensemble-builder.js";
import type { GrowthLimits } from "../trees/growth.js";
import { growthBytes } from "../trees/growth-memory.js";
import { PackedGradients } from "../trees/packed-gradients.js";
import { predictEnsemble } from "../trees/predict.js";
import type { Workplace } from "../trees/workplace.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import { Booster } from "./booster.js";
import { logisticLoss, softmaxLoss } from "./class-losses.js";
import { EarlyStopping } from "./early-stopping.js";
import type { Loss } from "./loss.js";
import { readMonotone } from "./monotone.js";
import { numberLoss } from "./number-losses.js";

type Parameters = ParametersOf<"gradientBoosting">;

/** Depth of a tree that grows level by level, where none is given (XGBoost's). */
const LEVEL_DEPTH = 6;

/**
 * Histogram gradient boosting: for a number squared, absolute, Huber's or quantile loss, for classes log-loss. Missing values
 * learn their side, categories are split by sets. Sensible models for odd data: a constant target, or fewer rows than two
 * leaves need, give a model without splits that answers the mean (the median, or the class shares).
 *
 * Cost: about rows · features · depth additions a tree; rows · (2 · features + 36) bytes and the histograms of the leaves.
 */
export function fitGradientBoosting(
  data: TrainingData,
  parameters: Parameters,
  options: FitOptions,
  workplace: Workplace,
): FittedModel {
  if (!workplace.isStreamed) checkMatrix(data.matrix);
  if (data.target === null) throw errors.TARGET_MISSING({ learner: "gradientBoosting" });
  const weighed = weighedRows(data);
  const loss = createLoss(data.target, data.matrix.rowCount, weighed, parameters);
  const monotone = readMonotone(parameters.monotone, data.matrix);
  const limits = limitsOf(parameters, data.matrix.columns.length);
  const stopping = createStopping(data, loss, parameters, options);
  const base = options.continueFrom === undefined ? loss.base : checkContinued(options.continueFrom, data, loss);
  const builder = new EnsembleBuilder(data.matrix.columns.length, base, 1);
  const validation = stopping === null ? undefined : data.validation?.matrix;
  const start = options.continueFrom === undefined ? null : startScores(options.continueFrom, data, validation);
  if (options.continueFrom !== undefined) builder.append(options.continueFrom.trees);
  checkMemory(neededBytes(data, loss, limits, workplace.threads, validation?.rowCount ?? 0));
  const table = workplace.bin(data.matrix, parameters.bins, validation);
  const mark = table.arena.mark;
  try {
    const task = {
      parameters,
      options,
      weighed: { ...weighed, weights: loss.weights },
      loss,
      limits,
      monotone,
      start,
      threads: workplace.threads,
    };
    const booster = new Booster(table, task, builder);
    workplace.open(table);
    booster.run(stopping);
  } finally {
    table.arena.release(mark);
    workplace.close(table);
  }
  return {
    learner: "gradientBoosting",
    parameters,
    trees: builder.finish(),
    space: loss.space,
    classes: data.target.kind === "class" ? data.target.classes : null,
    isolation: null,
    linear: null,
  };
}

function limitsOf({ growth, leaves, depth, minLeafRows, minGain }: Parameters, featuresPerSplit: number): GrowthLimits {
  const isByLevel = growth === "depthWise";
  return {
    leaves: isByLevel ? 0 : leaves,
    depth: isByLevel && depth <= 0 ? LEVEL_DEPTH : depth,
    minLeafRows,
    minGain,
    featuresPerSplit,
  };
}

function neededBytes(data: TrainingData, loss: Loss, limits: GrowthLimits, threads: number, validationRows: number): number {
  const rows = data.matrix.rowCount + validationRows;
  const features = data.matrix.columns.length;
  const gradients = PackedGradients.bytes(data.matrix.rowCount, rows, loss.outputCount, loss.weights !== null);
  return binnedBytes(rows, features) + growthBytes(rows, features, limits.leaves === 0 ? 64 : limits.leaves, threads) + gradients;
}

function createLoss(target: Target, rowCount: number, weighed: WeighedRows, parameters: Parameters): Loss {
  const { fitOn, balance, loss } = parameters;
  if (target.kind === "number") {
    if (balance) throw errors.BALANCE_OF_NUMBERS({});
    return numberLoss(parameters, fittedValues(target, rowCount, fitOn), weighed, fitOn);
  }
  if (fitOn === "log1p") throw errors.LOG_OF_CLASSES({});
  if (loss !== "squared") throw errors.LOSS_OF_CLASSES({ loss });
  const { codes, classes } = checkedCodes(target, rowCount);
  const plain = classWeights(codes, classes, weighed);
  const balanced = balance ? { rows: weighed.rows, weights: balancedWeights(codes, weighed, plain) } : weighed;
  const weights = balance ? classWeights(codes, classes, balanced) : plain;
  return classes.length === 2 ? logisticLoss(codes, balanced, weights) : softmaxLoss(codes, balanced, weights);
}

function createStopping(data: TrainingData, loss: Loss, { fitOn }: Parameters, options: FitOptions): EarlyStopping | null {
  const { validation, target } = data;
  if (validation === undefined || target === null || (options.earlyStoppingRounds ?? 0) < 1) return null;
  checkMatrix(validation.matrix);
  const { columns, rowCount } = validation.matrix;
  if (columns.length !== data.matrix.columns.length) {
    throw errors.FEATURE_COUNT_MISMATCH({ expected: data.matrix.columns.length, got: columns.length });
  }
  const patience = options.earlyStoppingRounds ?? 0;
  if (target.kind === "number") return new EarlyStopping(fittedValues(validation.target, rowCount, fitOn), loss, patience);
  const { codes, classes } = checkedCodes(validation.target, rowCount);
  if (classes.join("\n") !== target.classes.join("\n")) throw errors.VALIDATION_CLASSES_DIFFER({});
  return new EarlyStopping(codes, loss, patience);
}

/** The base of the model that is continued; throws unless the new trees mean the same as its own. */
function checkContinued(model: FittedModel, { matrix, target }: TrainingData, loss: Loss): Float64Array {
  const refuse = (problem: string): Error => errors.CONTINUE_MISMATCH({ problem });
  const { trees } = model;
  if (model.learner !== "gradientBoosting") throw refuse(`it is one of ${model.learner}`);
  if (trees.precision !== "float64" || trees.zeroIsMissingByFeature.length > 0)
    throw refuse("it was imported from another library");
  if (trees.featureCount !== matrix.columns.length) {
    throw refuse(`it reads ${trees.featureCount} columns, and there are ${matrix.columns.length}`);
  }
  if (model.space !== loss.space)
    throw refuse(`its answers are in the space "${model.space}", and these would be in "${loss.space}"`);
  const classes = target?.kind === "class" ? target.classes : [];
  if (classes.join("\n") !== (model.classes ?? []).join("\n")) throw refuse("it has other classes, or another order of them");
  return trees.baseByOutput;
}

function startScores(
  model: FittedModel,
  { matrix }: TrainingData,
  validation: TrainingData["matrix"] | undefined,
): readonly Float64Array[] {
  const own = predictEnsemble(model.trees, matrix);
  if (validation === undefined) return own;
  return predictEnsemble(model.trees, validation).map((scores, output) => {
    const both = new Float64Array(matrix.rowCount + validation.rowCount);
    both.set(own[output]);
    both.set(scores, matrix.rowCount);
    return both;
  });
}
