import type { BinnedTable } from "../binning/binned-table.js";
import { errors } from "../errors.js";
import type { WeighedRows } from "../model/check-data.js";
import type { FitOptions } from "../model/fit-options.js";
import { createRandom, type Random } from "../random/random.js";
import type { EnsembleBuilder } from "../trees/ensemble-builder.js";
import { GradientSearch } from "../trees/gradient-search.js";
import type { GrowthLimits } from "../trees/growth.js";
import { GrowthMemory } from "../trees/growth-memory.js";
import type { Leaf } from "../trees/leaf.js";
import { PackedGradients } from "../trees/packed-gradients.js";
import { ScanRules } from "../trees/scan-rules.js";
import { Team } from "../trees/team.js";
import { TreeGrower } from "../trees/tree-grower.js";
import type { ParametersOf } from "../tune/parameter-schema.js";
import type { EarlyStopping } from "./early-stopping.js";
import type { Loss } from "./loss.js";
import { sampleRows } from "./sample-rows.js";
import { weightedQuantile } from "./weighted-quantile.js";

type Parameters = ParametersOf<"gradientBoosting">;

/** What a run of boosting is given, all checked. */
export interface BoostingTask {
  readonly parameters: Parameters;
  readonly options: FitOptions;
  readonly weighed: WeighedRows;
  readonly loss: Loss;
  readonly limits: GrowthLimits;
  readonly monotone: Int8Array | null;
  /** [output][row]: raw predictions of the model that is continued; null: the base. */
  readonly start: readonly Float64Array[] | null;
  readonly threads: number;
}

/** One run of boosting: the state that its rounds share. */
export class Booster {
  private readonly rules: ScanRules;
  private readonly memory: GrowthMemory;
  private readonly gradients: PackedGradients;
  private readonly residuals: number;
  private readonly residualBytes: number;
  private readonly rows: Int32Array;
  private readonly rowsPerTree: number;
  private readonly featuresPerTree: number;
  private readonly random: Random;
  private readonly validationRows: Int32Array;
  private team: Team | null = null;
  private grower: TreeGrower | null = null;

  constructor(
    private readonly table: BinnedTable,
    private readonly task: BoostingTask,
    private readonly builder: EnsembleBuilder,
  ) {
    const { parameters, weighed, loss, limits, monotone } = task;
    const { trainingRows, rowCount, featureCount, arena } = table;
    this.rules = new ScanRules({
      l1: parameters.l1,
      l2: parameters.l2,
      categoryL2: parameters.categoryL2,
      categorySmoothing: parameters.categorySmoothing,
      minHessian: parameters.minLeafHessian * (loss.weights === null ? 1 : meanWeight(weighed)),
      minRows: parameters.minLeafRows,
      monotone,
      countsRows: loss.weights === null && loss.mode === 0,
      isOfShares: false,
    });
    this.memory = new GrowthMemory(table, limits.leaves === 0 ? 64 : limits.leaves, task.threads);
    this.gradients = new PackedGradients(table, loss, loss.weights !== null);
    this.residualBytes = loss.renewal === null ? 0 : 8 * weighed.rows.length;
    this.residuals = arena.allocate(this.residualBytes);
    this.rows = new Int32Array(weighed.rows.length);
    this.rowsPerTree = Math.max(1, Math.round(parameters.rowShare * weighed.rows.length));
    this.featuresPerTree = Math.max(1, Math.round(parameters.columnShare * featureCount));
    this.random = createRandom(task.options.seed ?? 0);
    this.validationRows = Int32Array.from({ length: rowCount - trainingRows }, (_, row) => trainingRows + row);
    this.fill();
  }

  private fill(): void {
    const { gradients, table, task, memory } = this;
    const { loss } = task;
    const { arena, trainingRows } = table;
    memory.writeKinds(table, task.monotone);
    arena.doubles(gradients.target, trainingRows).set(loss.target);
    if (loss.weights !== null) arena.doubles(gradients.weights, trainingRows).set(loss.weights);
    for (let output = 0; output < loss.outputCount; output++) {
      const scores = gradients.scoresOf(output);
      if (task.start === null) scores.fill(loss.base[output]);
      else scores.set(task.start[output]);
    }
  }

  run(stopping: EarlyStopping | null): void {
    const { builder, task, table } = this;
    const { loss, options, parameters } = task;
    this.team = new Team(table.arena.engine, task.threads);
    const ground = { table, team: this.team, packed: this.gradients.packed };
    this.grower = new TreeGrower(
      ground,
      this.memory,
      task.limits,
      new GradientSearch(ground, this.memory, task.limits, this.rules),
    );
    const before = builder.treeCount;
    stopping?.start(this.validationScores());
    for (let round = 0; round < parameters.trees; round++) {
      const didSplit = this.addRound(this.team, this.grower, round);
      options.onProgress?.(round + 1, parameters.trees);
      if (options.shouldStop?.() === true) throw errors.FIT_STOPPED({ done: round + 1, total: parameters.trees });
      if (!didSplit && !this.isSampled()) {
        // Nothing changed, so the next round would not split either.
        builder.truncate(before + round * loss.outputCount);
        break;
      }
      if (stopping?.shouldEnd(round, this.validationScores()) === true) break;
    }
    if (stopping !== null) builder.truncate(before + stopping.bestRounds * loss.outputCount);
  }

  private validationScores(): Float64Array<ArrayBufferLike>[] {
    const { outputCount } = this.task.loss;
    return Array.from({ length: outputCount }, (_, output) => this.gradients.scoresOf(output).subarray(this.table.trainingRows));
  }

  private isSampled(): boolean {
    return this.rowsPerTree < this.rows.length || this.featuresPerTree < this.table.featureCount;
  }

  private addRound(team: Team, grower: TreeGrower, round: number): boolean {
    const random = this.random.fork(round);
    this.gradients.startRound(team);
    let didSplit = false;
    for (let output = 0; output < this.task.loss.outputCount; output++) {
      const noise = this.gradients.pack(team, output, this.rules);
      if (this.addTree(grower, output, random, noise)) didSplit = true;
    }
    return didSplit;
  }

  private addTree(grower: TreeGrower, output: number, random: Random, noise: number): boolean {
    const { builder, rows, rowsPerTree, table, memory, gradients, task } = this;
    const { weighed, loss } = task;
    const index = table.arena.ints(memory.index, table.rowCount);
    if (rowsPerTree < rows.length) {
      sampleRows(weighed.rows, rowsPerTree, random, rows);
      index.set(rows);
    } else index.set(weighed.rows);
    index.set(this.validationRows, rows.length);
    this.rules.write(table.arena, memory.rules);
    const root = builder.startTree(output);
    grower.grow(builder, root, {
      rowCount: rowsPerTree,
      followerCount: rows.length - rowsPerTree + this.validationRows.length,
      isEveryRow: rowsPerTree === table.trainingRows,
      features: sampleFeatures(table.featureCount, this.featuresPerTree, random),
      random,
      noise,
    });
    const weights = loss.weights === null ? null : table.arena.doubles(gradients.weights, table.trainingRows);
    grower.setCovers(builder, weights);
    const values = new Float64Array(grower.leaves.length);
    for (let place = 0; place < values.length; place++) {
      values[place] = task.parameters.learningRate * this.leafValue(grower.leaves[place]);
      builder.setValue(grower.leaves[place].node, values[place]);
    }
    grower.addToScores(gradients.scores + 8 * table.rowCount * output, values);
    return grower.leaves.length > 1;
  }

  private leafValue(leaf: Leaf): number {
    const { renewal } = this.task.loss;
    if (renewal === null) return this.rules.leafValue(leaf, leaf);
    const { arena } = this.table;
    const { kernels } = arena.engine;
    const index = this.memory.index + 4 * leaf.begin;
    kernels.gatherResiduals(this.gradients.scores, this.gradients.target, index, leaf.count, this.residuals);
    const { weights } = this.task.loss;
    const rows = arena.ints(index, leaf.count);
    const own = weights === null ? null : Float64Array.from(rows, (row) => weights[row]);
    const value = weightedQuantile(arena.doubles(this.residuals, leaf.count), own, renewal);
    return Math.max(leaf.lower, Math.min(leaf.upper, value));
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
