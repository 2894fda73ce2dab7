import type { Kernels } from "../kernels/kernels.js";
import { CANDIDATE_BYTES, candidateAt, controlAt, KIND_BYTES, kindAt, leafAt, SMALL_ROWS, SORT_AT } from "../kernels/layout.js";
import { Candidates } from "./candidates.js";
import { FeatureSampler } from "./feature-sampler.js";
import { DEEPEST, type Ground, type GrowthLimits, type SplitSearch, type TreeTask } from "./growth.js";
import type { GrowthMemory } from "./growth-memory.js";
import { goesLeft, type Leaf, newLeaf, type Placement, type Split } from "./leaf.js";
import { histogramArguments, operations, scanArguments } from "./operations.js";
import type { ScanRules } from "./scan-rules.js";
import { Slots } from "./slots.js";

/** Leaves with fewer rows are scanned row by row: a histogram of all features would be almost empty. */
const DIRECT_ROWS = 160;
/** A histogram of fewer rows is not worth sharing. */
const ROWS_PER_CHUNK = 2_048;
/** Rows whose histogram takes long enough to wake sleeping threads for it. */
const LONG_ROWS = 16_384;
const MOST_PARTS = 256;
const FEATURES_PER_CHUNK = 2;

/**
 * Finds splits by sums of gradients and hessians: of G²/(H + l2) of the sides less that of the whole. Histograms are built
 * of the smaller sibling and taken off the parent's. Ties: the higher gain, the lower feature, the lower bin, missing right.
 *
 * @see Chen, Guestrin 2016 (XGBoost), equations 5–7, without the factor ½
 */
export class GradientSearch implements SplitSearch {
  private readonly kernels: Kernels;
  private readonly ints: Int32Array<ArrayBufferLike>;
  private readonly words: Uint32Array<ArrayBufferLike>;
  private readonly doubles: Float64Array<ArrayBufferLike>;
  private readonly candidates: Candidates;
  private readonly slots: Slots;
  private readonly sampler: FeatureSampler;
  private readonly isSampling: boolean;
  private readonly everyFeature: Int32Array;
  private task: TreeTask;
  private stamp = 0;
  /** Leaves of the tree so far: the last ones allowed need no split. */
  leafCount = 0;

  constructor(
    private readonly ground: Ground,
    private readonly memory: GrowthMemory,
    private readonly limits: GrowthLimits,
    readonly rules: ScanRules,
  ) {
    const { featureCount } = ground.table;
    this.kernels = memory.arena.engine.kernels;
    this.ints = ground.team.ints;
    this.doubles = ground.team.doubles;
    this.words = new Uint32Array(this.ints.buffer);
    this.candidates = new Candidates(ground.table, this.ints, this.doubles);
    this.slots = new Slots(memory.pool, memory.histogramBytes, memory.slotCount);
    this.sampler = new FeatureSampler(featureCount);
    this.isSampling = limits.featuresPerSplit < featureCount;
    this.everyFeature = Int32Array.from({ length: featureCount }, (_, feature) => feature);
    this.task = { rowCount: 0, followerCount: 0, isEveryRow: false, features: this.everyFeature, random: neverRandom, noise: 0 };
  }

  startTree(task: TreeTask): void {
    this.task = task;
    this.sampler.reset();
    this.leafCount = 1;
    if (this.isSampling) return;
    for (const kinds of this.memory.kinds) {
      this.markAll(kinds, 0);
      for (const feature of task.features) this.mark(kinds, feature, 1);
    }
  }

  /** Sums of the root are those of any feature's cells: its histogram comes first, and its split with it. */
  root(node: number): Leaf {
    const { rowCount, followerCount } = this.task;
    const slot = this.slots.take();
    this.addRows(0, rowCount, slot);
    const { ints, words } = this;
    const { table } = this.ground;
    const sums = this.memory.counts >>> 2;
    const address = this.slots.addressOf(slot);
    this.mergeHelpers(address);
    this.kernels.sumCells(address, table.features[0].valueBins + 1, this.memory.counts);
    const { shift: bits, gradientUnit, hessianUnit } = this.rules;
    const gradient = (ints[sums + 1] * 2 ** (32 - bits) + Math.floor(words[sums] / 2 ** bits)) * gradientUnit;
    const hessian = (words[sums] % 2 ** bits) * hessianUnit;
    const place = { node, depth: 0, begin: 0, count: rowCount, followersBegin: rowCount, followersCount: followerCount };
    const root = newLeaf(place, gradient, hessian, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0);
    if (!this.canSplit(root)) {
      this.slots.give(slot);
      return root;
    }
    this.scan(root, slot, null, -1);
    return root;
  }

  evaluate(leaf: Leaf): void {
    if (!this.canSplit(leaf)) return;
    if (leaf.count < DIRECT_ROWS) {
      this.scanDirect(leaf);
      return;
    }
    const slot = this.slots.take();
    this.addRows(leaf.begin, leaf.count, slot);
    this.scan(leaf, slot, null, -1);
  }

  evaluateSiblings(left: Leaf, right: Leaf, slot: number): void {
    const [smaller, larger] = left.count <= right.count ? [left, right] : [right, left];
    if (slot < 0 || !this.canSplit(larger) || larger.count < DIRECT_ROWS) {
      this.slots.give(slot);
      this.evaluate(smaller);
      this.evaluate(larger);
      return;
    }
    const own = this.slots.take();
    this.addRows(smaller.begin, smaller.count, own);
    this.scan(smaller, own, larger, slot);
  }

  part(leaf: Leaf, left: Placement, right: Placement): [Leaf, Leaf] {
    const split = leaf.split as Split;
    this.leafCount++;
    const { valueBins } = this.ground.table.features[split.feature];
    const extraL2 = split.set === null || valueBins <= this.rules.maxOneHot ? 0 : this.rules.categoryL2;
    const { lower, upper } = leaf;
    const [gradient, hessian] = [leaf.gradient - split.leftGradient, leaf.hessian - split.leftHessian];
    const direction = this.rules.monotoneOf(split.feature);
    if (direction === 0) {
      return [
        newLeaf(left, split.leftGradient, split.leftHessian, lower, upper, extraL2),
        newLeaf(right, gradient, hessian, lower, upper, extraL2),
      ];
    }
    const bounds = { lower, upper, extraL2 };
    const leftValue = this.rules.leafValue({ gradient: split.leftGradient, hessian: split.leftHessian }, bounds);
    const middle = (leftValue + this.rules.leafValue({ gradient, hessian }, bounds)) / 2;
    const [leftLower, leftUpper, rightLower, rightUpper] =
      direction > 0 ? [lower, middle, middle, upper] : [middle, upper, lower, middle];
    return [
      newLeaf(left, split.leftGradient, split.leftHessian, leftLower, leftUpper, extraL2),
      newLeaf(right, gradient, hessian, rightLower, rightUpper, extraL2),
    ];
  }

  release(leaf: Leaf): void {
    this.slots.give(this.slots.takeFrom(leaf));
  }

  /** Takes a leaf's histogram for its children. */
  takeSlot(leaf: Leaf): number {
    return this.slots.takeFrom(leaf);
  }

  private canSplit(leaf: Leaf): boolean {
    const { limits, rules } = this;
    if (leaf.depth >= (limits.depth > 0 ? limits.depth : DEEPEST) || leaf.count < 2) return false;
    if (limits.leaves > 0 && this.leafCount >= limits.leaves) return false;
    if (rules.isPure(leaf)) return false;
    return (rules.countsRows ? leaf.hessian : leaf.count) >= 2 * limits.minLeafRows;
  }

  private setArgument(place: number, value: number): void {
    this.ints[controlAt.arguments + place] = value;
  }

  /** Adds rows of the index to an empty histogram; helpers' shares are merged by the scan that follows. */
  private addRows(begin: number, count: number, slot: number): void {
    const { memory, task, ground } = this;
    const { table, team } = ground;
    const target = this.slots.addressOf(slot);
    this.kernels.clear(target, memory.histogramBytes);
    this.stamp++;
    const rowsPerChunk = team.threads === 1 ? count : Math.max(ROWS_PER_CHUNK, Math.ceil(count / MOST_PARTS));
    const names = histogramArguments;
    this.setArgument(names.bins, table.bins);
    this.setArgument(names.stride, table.stride);
    this.setArgument(names.features, table.featureCount);
    this.setArgument(names.index, task.isEveryRow && begin === 0 && count === task.rowCount ? 0 : memory.index + 4 * begin);
    this.setArgument(names.count, count);
    this.setArgument(names.packed, ground.packed);
    this.setArgument(names.target, target);
    this.setArgument(names.privates, memory.privates);
    this.setArgument(names.bytes, memory.histogramBytes);
    this.setArgument(names.stage, memory.stage);
    this.setArgument(names.stageBytes, memory.stageBytes);
    this.setArgument(names.rowsPerChunk, rowsPerChunk);
    this.setArgument(names.stamp, this.stamp);
    this.setArgument(names.threads, team.threads);
    if (count > 0) team.run(operations.histogram, Math.ceil(count / rowsPerChunk), count >= LONG_ROWS);
  }

  /** Adds what helpers counted of the last histogram to it. */
  private mergeHelpers(target: number): void {
    const { team } = this.ground;
    for (let thread = 1; thread < team.threads; thread++) {
      if (team.ints[controlAt.stamps + thread] !== this.stamp) continue;
      this.kernels.addHistogram(
        target,
        this.memory.privates + (thread - 1) * this.memory.histogramBytes,
        this.memory.histogramBytes,
      );
    }
    this.stamp++;
    this.setArgument(histogramArguments.stamp, this.stamp);
  }

  /** Scans the leaf of the last histogram, and its larger sibling where its parent's histogram is at hand. */
  private scan(leaf: Leaf, slot: number, larger: Leaf | null, largerSlot: number): void {
    const { memory } = this;
    const isLeafOpen = this.canSplit(leaf);
    // Features are drawn leaf by leaf: the draw goes on where none of the first ones splits.
    const isTogether = larger !== null && !this.isSampling;
    if (isLeafOpen) this.writeLeaf(leaf, 0);
    if (isTogether) this.writeLeaf(larger, 1);
    if (this.isSampling && isLeafOpen) this.drawFeatures(memory.kinds[0]);
    this.runScan(larger === null ? 0 : this.slots.addressOf(largerSlot), isLeafOpen ? memory.leaves[0] : 0, isTogether);
    if (isLeafOpen) this.choose(leaf, 0, slot);
    this.settle(leaf, slot);
    if (larger === null) return;
    if (!isTogether) {
      this.stamp++;
      this.setArgument(histogramArguments.stamp, this.stamp);
      this.setArgument(histogramArguments.target, this.slots.addressOf(largerSlot));
      this.writeLeaf(larger, 0);
      this.drawFeatures(memory.kinds[0]);
      this.runScan(0, memory.leaves[0], false);
    }
    this.choose(larger, isTogether ? 1 : 0, largerSlot);
    this.settle(larger, largerSlot);
  }

  private runScan(larger: number, leaf: number, isLargerScanned: boolean): void {
    const { memory, ground } = this;
    const { team, table } = ground;
    const names = scanArguments;
    const featuresPerChunk =
      team.threads === 1 ? table.featureCount : Math.max(FEATURES_PER_CHUNK, Math.ceil(table.featureCount / (2 * team.threads)));
    this.setArgument(names.larger, larger);
    this.setArgument(names.kinds, memory.kinds[0]);
    this.setArgument(names.kindsOfLarger, memory.kinds[1]);
    this.setArgument(names.rules, memory.rules);
    this.setArgument(names.leaf, leaf);
    this.setArgument(names.leafOfLarger, isLargerScanned ? memory.leaves[1] : 0);
    this.setArgument(names.candidates, memory.candidates[0]);
    this.setArgument(names.candidatesOfLarger, memory.candidates[1]);
    this.setArgument(names.featuresPerChunk, featuresPerChunk);
    this.setArgument(names.scratch, memory.scanScratch);
    team.run(operations.scan, Math.ceil(table.featureCount / featuresPerChunk), false);
  }

  private settle(leaf: Leaf, slot: number): void {
    if (leaf.split === null) this.slots.give(slot);
    else this.slots.keep(slot, leaf);
  }

  private scanDirect(leaf: Leaf): void {
    if (this.isSampling) this.drawFeatures(this.memory.kinds[0]);
    this.writeLeaf(leaf, 0);
    this.scanRowsOf(leaf, 0, this.ground.table.featureCount);
    this.choose(leaf, 0, -1);
  }

  private scanRowsOf(leaf: Leaf, first: number, last: number): void {
    const { memory, ground } = this;
    if (leaf.count > SMALL_ROWS) throw new RangeError(`${leaf.count} rows are too many to be scanned one by one`);
    this.kernels.scanRows(
      ground.table.bins,
      ground.table.stride,
      memory.index + 4 * leaf.begin,
      leaf.count,
      ground.packed,
      memory.kinds[0],
      first,
      last,
      memory.rules,
      memory.leaves[0],
      memory.scanScratch,
      memory.candidates[0],
    );
  }

  /** Picks the best of the candidates; looks at further features where only some were drawn and none splits. */
  private choose(leaf: Leaf, place: 0 | 1, slot: number): void {
    let feature = this.candidates.best(this.memory.candidates[place], this.isSampling ? this.everyFeature : this.task.features);
    while (feature >= 0 && !this.hasRows(leaf, place, slot, feature)) {
      feature = this.candidates.best(this.memory.candidates[place], this.isSampling ? this.everyFeature : this.task.features);
    }
    if (feature < 0 && this.isSampling) feature = this.lookFurther(leaf, place, slot);
    leaf.split = feature < 0 ? null : this.candidates.read(this.memory.candidates[place], feature);
  }

  /**
   * True where both sides of a candidate have rows enough. Hessians that are not counts only estimate them: where the
   * estimate leaves a doubt the rows are counted, and a candidate that fails is searched again with the counts.
   */
  private hasRows(leaf: Leaf, place: 0 | 1, slot: number, feature: number): boolean {
    const { rules, memory, ground, kernels } = this;
    const { minLeafRows } = this.limits;
    if (rules.countsRows || slot < 0 || minLeafRows <= 1) return true;
    const { ints, doubles } = this;
    const at = memory.candidates[place] + feature * CANDIDATE_BYTES;
    const certain = minLeafRows * rules.largestHessian;
    const left = doubles[(at + candidateAt.leftHessian) >>> 3];
    if (left >= certain && leaf.hessian - left >= certain) return true;
    const column = ground.table.columns + feature * ground.table.rowCount;
    kernels.countBins(column, memory.index + 4 * leaf.begin, leaf.count, memory.counts);
    const split = this.candidates.read(this.memory.candidates[place], feature);
    const { valueBins } = ground.table.features[feature];
    let rows = 0;
    for (let bin = 0; bin <= valueBins; bin++) if (goesLeft(split, bin, valueBins)) rows += ints[(memory.counts >>> 2) + bin];
    if (rows >= minLeafRows && leaf.count - rows >= minLeafRows) return true;
    kernels.scanFeatures(
      this.slots.addressOf(slot),
      memory.counts,
      memory.kinds[place],
      feature,
      feature + 1,
      memory.rules,
      memory.leaves[place],
      memory.scanScratch + SORT_AT,
      memory.candidates[place],
    );
    return false;
  }

  private lookFurther(leaf: Leaf, place: 0 | 1, slot: number): number {
    const { memory, kernels } = this;
    const kinds = memory.kinds[place];
    for (let feature = this.sampler.next(this.task.random); feature >= 0; feature = this.sampler.next(this.task.random)) {
      this.mark(kinds, feature, 1);
      if (slot < 0) this.scanRowsOf(leaf, feature, feature + 1);
      else {
        kernels.scanFeatures(
          this.slots.addressOf(slot),
          0,
          kinds,
          feature,
          feature + 1,
          memory.rules,
          memory.leaves[place],
          memory.scanScratch + SORT_AT,
          memory.candidates[place],
        );
      }
      const own = Int32Array.of(feature);
      if (this.candidates.best(this.memory.candidates[place], own) >= 0 && this.hasRows(leaf, place, slot, feature))
        return feature;
    }
    return -1;
  }

  private writeLeaf(leaf: Leaf, place: 0 | 1): void {
    const { doubles } = this;
    const at = this.memory.leaves[place];
    const score = this.rules.scoreOf(leaf);
    const least = Math.max(this.limits.minGain, this.task.noise, Math.abs(score) * 1e-13);
    doubles[(at + leafAt.gradient) >>> 3] = leaf.gradient;
    doubles[(at + leafAt.hessian) >>> 3] = leaf.hessian;
    doubles[(at + leafAt.threshold) >>> 3] = score + least;
    doubles[(at + leafAt.score) >>> 3] = score;
    doubles[(at + leafAt.lower) >>> 3] = leaf.lower;
    doubles[(at + leafAt.upper) >>> 3] = leaf.upper;
    doubles[(at + leafAt.rows) >>> 3] = this.rules.countsRows ? leaf.hessian : leaf.count;
  }

  private drawFeatures(kinds: number): void {
    this.markAll(kinds, 0);
    this.sampler.start();
    for (let drawn = 0; drawn < this.limits.featuresPerSplit; drawn++) this.mark(kinds, this.sampler.next(this.task.random), 1);
  }

  private markAll(kinds: number, isUsed: number): void {
    for (let feature = 0; feature < this.everyFeature.length; feature++) this.mark(kinds, feature, isUsed);
  }

  private mark(kinds: number, feature: number, isUsed: number): void {
    this.ints[(kinds + feature * KIND_BYTES + kindAt.isUsed) >>> 2] = isUsed;
  }
}

const neverRandom = {
  next: () => 0,
  integer: () => 0,
  fork: () => neverRandom,
};
