import type { BinnedMatrix, binMatrix } from "../binning/binned-matrix.js";
import { errors } from "../errors.js";
import { checkedCodes, checkMatrix, classWeights, fittedValues, type WeighedRows, weighedRows } from "../model/check-data.js";
import type { FitOptions, TrainingData } from "../model/fit-options.js";
import type { FittedModel, Target } from "../model/model.js";
import { createRandom, type Random } from "../random/random.js";
import { EnsembleBuilder } from "../trees/ensemble-builder.js";
import { GradientStatistics } from "../trees/gradient-statistics.js";
import { setCovers } from "../trees/leaf-covers.js";
import { TreeGrower } from "../trees/tree-grower.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import { EarlyStopping } from "./early-stopping.js";
import { logisticLoss } from "./logistic-loss.js";
import type { Loss } from "./loss.js";
import { sampleRows } from "./sample-rows.js";
import { softmaxLoss } from "./softmax-loss.js";
import { squaredLoss } from "./squared-loss.js";

type Parameters = ParametersOf<"gradientBoosting">;

/** Least hessian sum in a leaf, in rows: as LightGBM's. */
const MIN_LEAF_HESSIAN = 1e-3;
/** Gains below this share of the gradients' squares are rounding. */
const NOISE = 1e-13;

/**
 * Histogram gradient boosting: squared loss for a number, log-loss for classes. Trees grow leaf by leaf; missing values
 * learn their side. Sensible models for odd data: a constant target, or fewer rows than two leaves need, give a model
 * without splits that answers the mean (or the class shares).
 */
export function fitGradientBoosting(
  data: TrainingData,
  parameters: Parameters,
  options: FitOptions,
  bin: typeof binMatrix,
): FittedModel {
  checkMatrix(data.matrix);
  if (data.target === null) throw errors.TARGET_MISSING({ learner: "gradientBoosting" });
  const weighed = weighedRows(data);
  const loss = createLoss(data.target, data.matrix.rowCount, weighed, parameters);
  const builder = new EnsembleBuilder(data.matrix.columns.length, loss.base, 1);
  const stopping = createStopping(data, loss, parameters, options);
  new Booster(data, parameters, options, weighed, loss, builder, bin(data.matrix, parameters.bins)).run(stopping);
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

function createLoss(target: Target, rowCount: number, weighed: WeighedRows, { fitOn }: Parameters): Loss {
  if (target.kind === "number") return squaredLoss(fittedValues(target, rowCount, fitOn), weighed, fitOn);
  if (fitOn === "log1p") throw errors.LOG_OF_CLASSES({});
  const { codes, classes } = checkedCodes(target, rowCount);
  const weights = classWeights(codes, classes, weighed);
  return classes.length === 2 ? logisticLoss(codes, weighed, weights) : softmaxLoss(codes, weighed, weights);
}

function createStopping(data: TrainingData, loss: Loss, { fitOn }: Parameters, options: FitOptions): EarlyStopping | null {
  const { validation, target } = data;
  if (validation === undefined || target === null || (options.earlyStoppingRounds ?? 0) < 1) return null;
  checkMatrix(validation.matrix);
  const { columns, rowCount } = validation.matrix;
  if (columns.length !== data.matrix.columns.length) {
    throw errors.FEATURE_COUNT_MISMATCH({ expected: data.matrix.columns.length, got: columns.length });
  }
  if (target.kind === "number") {
    return new EarlyStopping(columns, fittedValues(validation.target, rowCount, fitOn), loss, options.earlyStoppingRounds ?? 0);
  }
  const { codes, classes } = checkedCodes(validation.target, rowCount);
  if (classes.join("\n") !== target.classes.join("\n")) throw errors.VALIDATION_CLASSES_DIFFER({});
  return new EarlyStopping(columns, codes, loss, options.earlyStoppingRounds ?? 0);
}

/** One run of boosting: the state that its rounds share. */
class Booster {
  private readonly grower: TreeGrower;
  private readonly statistics: GradientStatistics;
  private readonly gradient: Float64Array;
  private readonly hessian: Float64Array;
  private readonly scores: Float64Array[];
  private readonly rows: Int32Array;
  private readonly rowsPerTree: number;
  private readonly featuresPerTree: number;
  private readonly random: Random;

  constructor(
    private readonly data: TrainingData,
    private readonly parameters: Parameters,
    private readonly options: FitOptions,
    private readonly weighed: WeighedRows,
    private readonly loss: Loss,
    private readonly builder: EnsembleBuilder,
    private readonly binned: BinnedMatrix,
  ) {
    const { matrix } = data;
    const { leaves, depth, minLeafRows, minGain, l2 } = parameters;
    this.gradient = new Float64Array(matrix.rowCount);
    this.hessian = new Float64Array(loss.isUnit ? 0 : matrix.rowCount);
    this.statistics = new GradientStatistics(this.gradient, this.hessian, {
      l2,
      minLeafHessian: loss.isUnit ? 0 : MIN_LEAF_HESSIAN * meanWeight(weighed),
      hessians: loss.isUnit ? "ones" : "curvatures",
    });
    const featuresPerSplit = matrix.columns.length;
    this.grower = new TreeGrower(this.binned, this.statistics, { leaves, depth, minLeafRows, minGain, featuresPerSplit });
    this.scores = Array.from(loss.base, (base) => new Float64Array(matrix.rowCount).fill(base));
    this.rows = new Int32Array(weighed.rows.length);
    this.rowsPerTree = Math.max(1, Math.round(parameters.rowShare * weighed.rows.length));
    this.featuresPerTree = Math.max(1, Math.round(parameters.columnShare * matrix.columns.length));
    this.random = createRandom(options.seed ?? 0);
  }

  run(stopping: EarlyStopping | null): void {
    const { builder, loss, options, parameters } = this;
    for (let round = 0; round < parameters.trees; round++) {
      const didSplit = this.addRound(round, stopping);
      options.onProgress?.(round + 1, parameters.trees);
      if (options.shouldStop?.() === true) throw errors.FIT_STOPPED({ done: round + 1, total: parameters.trees });
      if (!didSplit && this.isSampled() === false) {
        // Nothing changed, so the next round would not split either.
        builder.truncate(round * loss.outputCount);
        break;
      }
      if (stopping?.shouldEnd(round) === true) break;
    }
    if (stopping !== null) builder.truncate(stopping.bestRounds * loss.outputCount);
  }

  private isSampled(): boolean {
    return this.rowsPerTree < this.weighed.rows.length || this.featuresPerTree < this.binned.featureCount;
  }

  private addRound(round: number, stopping: EarlyStopping | null): boolean {
    const { loss, scores } = this;
    const random = this.random.fork(round);
    loss.startRound(scores);
    let didSplit = false;
    for (let output = 0; output < loss.outputCount; output++) {
      loss.gradients(scores, output, this.gradient, this.hessian);
      if (this.addTree(output, random)) didSplit = true;
      stopping?.addTree(this.builder, output);
    }
    return didSplit;
  }

  private addTree(output: number, random: Random): boolean {
    const { builder, grower, rows, weighed, rowsPerTree } = this;
    if (rowsPerTree < rows.length) sampleRows(weighed.rows, rowsPerTree, random, rows);
    else rows.set(weighed.rows);
    const features = sampleFeatures(this.binned.featureCount, this.featuresPerTree, random);
    const noise = NOISE * this.gradientSquares(rowsPerTree);
    const root = builder.startTree(output);
    grower.grow(builder, root, { rows, rowCount: rowsPerTree, features, random, noise });
    setCovers(builder, grower.leaves, rows, weighed.weights);
    this.setLeafValues(this.scores[output]);
    if (rowsPerTree < rows.length) {
      builder.addLastTree(this.data.matrix.columns, rows.subarray(rowsPerTree), rows.length - rowsPerTree, this.scores[output]);
    }
    return grower.leaves.length > 1;
  }

  private gradientSquares(rowCount: number): number {
    const { gradient, rows } = this;
    let sum = 0;
    for (let position = 0; position < rowCount; position++) {
      const own = gradient[rows[position]];
      sum += own * own;
    }
    return sum;
  }

  /** Shrunk leaf values into the tree, and onto the scores of the rows that it learned from. */
  private setLeafValues(score: Float64Array): void {
    const { leaves } = this.grower;
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      const value = this.parameters.learningRate * this.statistics.leafValue(leaves.totals, leaf * leaves.channels);
      this.builder.setValue(leaves.node[leaf], value);
      for (let position = leaves.begin[leaf]; position < leaves.end[leaf]; position++) score[this.rows[position]] += value;
    }
  }
}

function meanWeight({ rows, weights }: WeighedRows): number {
  if (weights === null) return 1;
  let sum = 0;
  for (const row of rows) sum += weights[row];
  return sum / rows.length;
}

/** Some of the features, ascending. */
function sampleFeatures(featureCount: number, count: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: featureCount }, (_, feature) => feature);
  if (count >= featureCount) return all;
  const chosen = new Int32Array(featureCount);
  sampleRows(all, count, random, chosen);
  return chosen.slice(0, count);
}
