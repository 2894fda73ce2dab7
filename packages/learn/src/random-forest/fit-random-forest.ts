import { type BinnedTable, binnedBytes } from "../binning/binned-table.js";
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
import { createRandom } from "../random/random.js";
import { EnsembleBuilder } from "../trees/ensemble-builder.js";
import type { GrowthLimits } from "../trees/growth.js";
import { GrowthMemory, growthBytes } from "../trees/growth-memory.js";
import { Team } from "../trees/team.js";
import { TreeGrower } from "../trees/tree-grower.js";
import type { Workplace } from "../trees/workplace.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import { drawBootstrap } from "./bootstrap.js";
import { classCriterion } from "./class-criterion.js";
import type { ForestCriterion } from "./forest-task.js";
import { twoClassCriterion, varianceCriterion } from "./gradient-criterion.js";

type Parameters = ParametersOf<"randomForest">;

/** Histograms that are worth keeping while a tree grows depth first. */
const KEPT_LEAVES = 64;

/**
 * Random forest: each tree learns from a bootstrap of the rows, each split looks at a share of the features. A number's
 * leaf holds its mean, a class leaf the share of each class; a tree of a class forest adds to every output. Trees are
 * grown on binned features, so thresholds lie between quantiles.
 *
 * @see Breiman 2001
 */
export function fitRandomForest(
  data: TrainingData,
  parameters: Parameters,
  options: FitOptions,
  workplace: Workplace,
): FittedModel {
  const { matrix, target } = data;
  if (!workplace.isStreamed) checkMatrix(matrix);
  if (target === null) throw errors.TARGET_MISSING({ learner: "randomForest" });
  const weighed = weighedRows(data);
  const { criterion, cells } = createCriterion(target, matrix.rowCount, weighed, parameters);
  const featureCount = matrix.columns.length;
  const limits: GrowthLimits = {
    leaves: 0,
    depth: parameters.depth,
    minLeafRows: parameters.minLeafRows,
    minGain: 0,
    featuresPerSplit: Math.max(1, Math.round(parameters.featureShare * featureCount)),
  };
  const builder = new EnsembleBuilder(featureCount, criterion.base, criterion.valuesPerLeaf);
  const { threads } = workplace;
  const rows = matrix.rowCount;
  checkMemory(binnedBytes(rows, featureCount) + growthBytes(rows, featureCount, KEPT_LEAVES, threads + 1, cells) + 40 * rows);
  const table = workplace.bin(matrix, parameters.bins, undefined);
  const mark = table.arena.mark;
  try {
    const memory = new GrowthMemory(table, KEPT_LEAVES, Math.max(2, threads), cells);
    criterion.prepare(table, memory);
    memory.writeKinds(table, null);
    workplace.open(table);
    const team = new Team(table.arena.engine, threads);
    growTrees({ table, memory, team, criterion, limits, builder, weighed, parameters, options });
  } finally {
    table.arena.release(mark);
    workplace.close(table);
  }
  return {
    learner: "randomForest",
    parameters,
    trees: builder.finish(),
    space: criterion.space,
    classes: target.kind === "class" ? target.classes : null,
    isolation: null,
    linear: null,
  };
}

interface ForestGrowth {
  readonly table: BinnedTable;
  readonly memory: GrowthMemory;
  readonly team: Team;
  readonly criterion: ForestCriterion;
  readonly limits: GrowthLimits;
  readonly builder: EnsembleBuilder;
  readonly weighed: WeighedRows;
  readonly parameters: Parameters;
  readonly options: FitOptions;
}

function growTrees({ table, memory, team, criterion, limits, builder, weighed, parameters, options }: ForestGrowth): void {
  const { ground, search } = criterion.createSearch(team, limits);
  const grower = new TreeGrower(ground, memory, limits, search);
  const outputs = criterion.base.length;
  const features = Int32Array.from({ length: table.featureCount }, (_, feature) => feature);
  const draws = new Float64Array(table.trainingRows);
  const bag = new Int32Array(weighed.rows.length);
  const outOfBag = options.onOutOfBag === undefined ? null : new OutOfBagSums(table.trainingRows, outputs);
  const random = createRandom(options.seed ?? 0);
  const index = table.arena.ints(memory.index, table.rowCount);
  for (let tree = 0; tree < parameters.trees; tree++) {
    const treeRandom = random.fork(tree);
    const rowCount = drawBootstrap(weighed.rows, treeRandom, draws, bag);
    const noise = criterion.startTree(draws, bag, rowCount);
    index.set(bag);
    const root = builder.startTree(outputs > 1 ? -1 : 0);
    const followerCount = outOfBag === null ? 0 : bag.length - rowCount;
    grower.grow(builder, root, { rowCount, followerCount, isEveryRow: false, features, random: treeRandom, noise });
    grower.setCovers(builder, coverOf(draws, weighed));
    for (const leaf of grower.leaves) {
      const values = Array.from({ length: outputs }, (_, output) => criterion.valueOf(leaf, output));
      for (let output = 0; output < outputs; output++) builder.setValue(leaf.node, values[output] / parameters.trees, output);
      outOfBag?.add(index.subarray(leaf.followersBegin, leaf.followersBegin + leaf.followersCount), values);
    }
    options.onProgress?.(tree + 1, parameters.trees);
    if (options.shouldStop?.() === true) throw errors.FIT_STOPPED({ done: tree + 1, total: parameters.trees });
  }
  if (outOfBag !== null) options.onOutOfBag?.({ raw: outOfBag.means(criterion.base) });
}

/** What each row counts in the covers: its draws, times its weight. */
function coverOf(draws: Float64Array, { weights }: WeighedRows): Float64Array {
  return weights === null ? draws : draws.map((count, row) => count * weights[row]);
}

class OutOfBagSums {
  private readonly sums: Float64Array[];
  private readonly trees: Int32Array;

  constructor(rows: number, outputs: number) {
    this.sums = Array.from({ length: outputs }, () => new Float64Array(rows));
    this.trees = new Int32Array(rows);
  }

  add(rows: Int32Array<ArrayBufferLike>, values: readonly number[]): void {
    for (const row of rows) {
      this.trees[row]++;
      for (let output = 0; output < values.length; output++) this.sums[output][row] += values[output];
    }
  }

  means(base: Float64Array): Float64Array[] {
    return this.sums.map((sums, output) =>
      sums.map((sum, row) => (this.trees[row] === 0 ? Number.NaN : base[output] + sum / this.trees[row])),
    );
  }
}

/** @throws LEARN_TARGET_…, LEARN_LOG_OF_CLASSES, LEARN_BALANCE_OF_NUMBERS */
function createCriterion(
  target: Target,
  rowCount: number,
  weighed: WeighedRows,
  { balance, fitOn, minLeafRows }: Parameters,
): { criterion: ForestCriterion; cells: number } {
  if (target.kind === "number") {
    if (balance) throw errors.BALANCE_OF_NUMBERS({});
    return { criterion: varianceCriterion(fittedValues(target, rowCount, fitOn), weighed, minLeafRows, fitOn), cells: 1 };
  }
  if (fitOn === "log1p") throw errors.LOG_OF_CLASSES({});
  const { codes, classes } = checkedCodes(target, rowCount);
  const plain = classWeights(codes, classes, weighed);
  const weights = balance ? balancedWeights(codes, weighed, plain) : weighed.weights;
  if (classes.length === 2) return { criterion: twoClassCriterion(codes, weights, minLeafRows), cells: 1 };
  return { criterion: classCriterion(codes, classes.length, weights), cells: classes.length };
}
