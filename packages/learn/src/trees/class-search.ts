import type { Kernels } from "../kernels/kernels.js";
import { BINS, CANDIDATE_BYTES, CELL_BYTES, candidateAt, KIND_BYTES, kindAt } from "../kernels/layout.js";
import { FeatureSampler } from "./feature-sampler.js";
import { DEEPEST, type Ground, type GrowthLimits, type SplitSearch, type TreeTask } from "./growth.js";
import type { GrowthMemory } from "./growth-memory.js";
import type { Leaf, Placement, Split } from "./leaf.js";
import { Slots } from "./slots.js";

/** Leaves with fewer rows look at one feature after the other in a small histogram. */
const DIRECT_ROWS = 512;

/** What a class forest judges splits by. */
export interface ClassSums {
  readonly classes: number;
  /** Address of the class of each row, as doubles. */
  readonly codes: number;
  /** By row: class, and what it weighs (draws included). */
  readonly codeByRow: Int32Array;
  readonly weights: Float64Array<ArrayBufferLike>;
  readonly draws: Float64Array<ArrayBufferLike>;
  /** A packed weight times it is the weight. */
  weightUnit: number;
  /** Addresses of 8 bytes a class and one more. */
  readonly totals: number;
  readonly scratch: number;
}

/**
 * Finds splits by their reduction of the weighted Gini impurity, for three and more classes: by Σ c²/W of the sides less that
 * of the whole. One thread. A category counts as its codes in their order.
 *
 * @see Breiman et al. 1984
 */
export class ClassSearch implements SplitSearch {
  private readonly kernels: Kernels;
  private readonly slots: Slots;
  private readonly sampler: FeatureSampler;
  private readonly small: number;
  private readonly totals: number;
  private readonly scratch: number;
  private task: TreeTask | null = null;

  constructor(
    private readonly ground: Ground,
    private readonly memory: GrowthMemory,
    private readonly limits: GrowthLimits,
    private readonly sums: ClassSums,
  ) {
    const { arena } = memory;
    this.kernels = arena.engine.kernels;
    this.slots = new Slots(memory.pool, memory.histogramBytes, memory.slotCount);
    this.sampler = new FeatureSampler(ground.table.featureCount);
    this.small = memory.privates;
    this.totals = sums.totals;
    this.scratch = sums.scratch;
  }

  startTree(task: TreeTask): void {
    this.task = task;
    this.sampler.reset();
  }

  root(node: number): Leaf {
    const task = this.task as TreeTask;
    const root = this.leafOf({
      node,
      depth: 0,
      begin: 0,
      count: task.rowCount,
      followersBegin: task.rowCount,
      followersCount: task.followerCount,
    });
    this.evaluate(root);
    return root;
  }

  evaluate(leaf: Leaf): void {
    if (!this.canSplit(leaf)) return;
    if (leaf.count < DIRECT_ROWS) {
      this.choose(leaf, -1);
      return;
    }
    const slot = this.slots.take();
    this.kernels.clear(this.slots.addressOf(slot), this.memory.histogramBytes);
    this.addRows(leaf, 0, this.ground.table.featureCount, this.slots.addressOf(slot));
    this.choose(leaf, slot);
    this.settle(leaf, slot);
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
    const [small, large] = [this.slots.addressOf(own), this.slots.addressOf(slot)];
    this.kernels.clear(small, this.memory.histogramBytes);
    this.addRows(smaller, 0, this.ground.table.featureCount, small);
    this.kernels.subtractHistogram(large, small, this.memory.histogramBytes);
    if (this.canSplit(smaller)) this.choose(smaller, own);
    this.settle(smaller, own);
    this.choose(larger, slot);
    this.settle(larger, slot);
  }

  part(_leaf: Leaf, left: Placement, right: Placement): [Leaf, Leaf] {
    return [this.leafOf(left), this.leafOf(right)];
  }

  takeSlot(leaf: Leaf): number {
    return this.slots.takeFrom(leaf);
  }

  release(leaf: Leaf): void {
    this.slots.give(this.slots.takeFrom(leaf));
  }

  private leafOf(placement: Placement): Leaf {
    const { classes, codeByRow, weights, draws } = this.sums;
    const rows = this.memory.arena.ints(this.memory.index + 4 * placement.begin, placement.count);
    const totals = new Float64Array(classes + 1);
    for (let place = 0; place < rows.length; place++) {
      totals[codeByRow[rows[place]]] += weights[rows[place]];
      totals[classes] += draws[rows[place]];
    }
    return {
      ...placement,
      gradient: 0,
      hessian: totals[classes],
      totals,
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
      extraL2: 0,
      slot: -1,
      split: null,
    };
  }

  private canSplit(leaf: Leaf): boolean {
    const { limits, sums } = this;
    const totals = leaf.totals as Float64Array;
    if (leaf.depth >= (limits.depth > 0 ? limits.depth : DEEPEST) || leaf.count < 2) return false;
    if (totals[sums.classes] < 2 * limits.minLeafRows) return false;
    let present = 0;
    for (let code = 0; code < sums.classes; code++) if (totals[code] > 0) present++;
    return present > 1;
  }

  private settle(leaf: Leaf, slot: number): void {
    if (leaf.split === null) this.slots.give(slot);
    else this.slots.keep(slot, leaf);
  }

  private addRows(leaf: Leaf, first: number, features: number, histogram: number): void {
    const { table, packed } = this.ground;
    const index = this.memory.index + 4 * leaf.begin;
    const { codes, classes } = this.sums;
    this.kernels.histogramOfClasses(
      table.bins + first,
      table.stride,
      features,
      index,
      leaf.count,
      packed,
      codes,
      classes,
      histogram,
    );
  }

  /** Looks at the drawn features, and further while none splits. */
  private choose(leaf: Leaf, slot: number): void {
    const { sums, memory, limits, sampler } = this;
    const task = this.task as TreeTask;
    memory.arena.doubles(this.totals, sums.classes + 1).set(leaf.totals as Float64Array);
    sampler.start();
    let best: Split | null = null;
    for (let looked = 0; looked < limits.featuresPerSplit || best === null; looked++) {
      const feature = sampler.next(task.random);
      if (feature < 0) break;
      const split = this.scan(leaf, slot, feature);
      if (split === null) continue;
      const isBetter = best === null || split.gain > best.gain || (split.gain === best.gain && split.feature < best.feature);
      if (isBetter) best = split;
    }
    leaf.split = best;
  }

  private scan(leaf: Leaf, slot: number, feature: number): Split | null {
    const { sums, memory, limits, kernels } = this;
    const task = this.task as TreeTask;
    const { classes } = sums;
    const featureBytes = BINS * CELL_BYTES * classes;
    let histogram = this.slots.addressOf(slot) + feature * featureBytes;
    if (slot < 0) {
      histogram = this.small;
      kernels.clear(histogram, featureBytes);
      this.addRows(leaf, feature, 1, histogram);
    }
    const { ints, doubles } = this.ground.team;
    const kinds = memory.kinds[0] + feature * KIND_BYTES;
    ints[(kinds + kindAt.isUsed) >>> 2] = 1;
    const threshold = Math.max(limits.minGain, task.noise);
    const at = memory.candidates[0] + feature * CANDIDATE_BYTES;
    kernels.scanClasses(
      histogram,
      classes,
      kinds,
      0,
      1,
      sums.weightUnit,
      limits.minLeafRows,
      threshold,
      this.totals,
      this.scratch,
      at,
    );
    const bin = ints[(at + candidateAt.bin) >>> 2];
    if (bin < 0) return null;
    return {
      gain: doubles[(at + candidateAt.gain) >>> 3],
      feature,
      bin,
      missingLeft: ints[(at + candidateAt.missingLeft) >>> 2] === 1,
      leftGradient: 0,
      leftHessian: 0,
      set: null,
    };
  }
}
