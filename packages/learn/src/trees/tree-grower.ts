import type { BinnedFeature } from "../binning/binned-table.js";
import { controlAt } from "../kernels/layout.js";
import type { EnsembleBuilder } from "./ensemble-builder.js";
import type { Ground, GrowthLimits, SplitSearch, TreeTask } from "./growth.js";
import type { GrowthMemory } from "./growth-memory.js";
import { goesLeft, type Leaf, type Placement, type Split } from "./leaf.js";
import { operations } from "./operations.js";
import { MOST_CHUNKS } from "./team.js";

/** Fewer rows are parted by one thread. */
const SHARED_ROWS = 16_384;
const ROWS_PER_PART = 8_192;

/**
 * Grows one tree after the other on the same table: with a limit of leaves the leaf of the highest gain is split first (ties:
 * the older one), else depth first. The order has no meaning without a limit but for the numbers of nodes.
 */
export class TreeGrower {
  /** After `grow`: the leaves of the tree, each with its rows and sums. */
  readonly leaves: Leaf[] = [];

  constructor(
    private readonly ground: Ground,
    private readonly memory: GrowthMemory,
    private readonly limits: GrowthLimits,
    private readonly search: SplitSearch,
  ) {}

  /** Grows the tree whose root the builder has just started. Leaf values and covers are the caller's to set. */
  grow(builder: EnsembleBuilder, root: number, task: TreeTask): void {
    const { leaves, search, limits } = this;
    leaves.length = 0;
    search.startTree(task);
    leaves.push(search.root(root));
    const open = [0];
    while (limits.leaves === 0 || leaves.length < limits.leaves) {
      const place = limits.leaves === 0 ? this.nextOpen(open) : this.best();
      if (place < 0) break;
      this.split(builder, place);
      open.push(leaves.length - 1, place);
    }
    for (const leaf of leaves) search.release(leaf);
  }

  private nextOpen(open: number[]): number {
    for (let place = open.pop(); place !== undefined; place = open.pop()) if (this.leaves[place].split !== null) return place;
    return -1;
  }

  private best(): number {
    let best = -1;
    let gain = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < this.leaves.length; place++) {
      const { split } = this.leaves[place];
      if (split === null || split.gain <= gain) continue;
      best = place;
      gain = split.gain;
    }
    return best;
  }

  private split(builder: EnsembleBuilder, place: number): void {
    const { leaves, search, ground } = this;
    const leaf = leaves[place];
    const split = leaf.split as Split;
    const feature = ground.table.features[split.feature];
    this.writeSides(split, feature.valueBins);
    const column = ground.table.columns + split.feature * ground.table.rowCount;
    const leftCount = this.part(leaf.begin, leaf.count, column);
    const leftFollowers = this.part(leaf.followersBegin, leaf.followersCount, column);
    const left = addSplit(builder, leaf.node, split, feature);
    const depth = leaf.depth + 1;
    const leftPlacement: Placement = {
      node: left,
      depth,
      begin: leaf.begin,
      count: leftCount,
      followersBegin: leaf.followersBegin,
      followersCount: leftFollowers,
    };
    const rightPlacement: Placement = {
      node: left + 1,
      depth,
      begin: leaf.begin + leftCount,
      count: leaf.count - leftCount,
      followersBegin: leaf.followersBegin + leftFollowers,
      followersCount: leaf.followersCount - leftFollowers,
    };
    const slot = search.takeSlot(leaf);
    const [leftLeaf, rightLeaf] = search.part(leaf, leftPlacement, rightPlacement);
    leaves[place] = leftLeaf;
    leaves.push(rightLeaf);
    search.evaluateSiblings(leftLeaf, rightLeaf, slot);
  }

  private writeSides(split: Split, valueBins: number): void {
    const { bytes } = this;
    for (let bin = 0; bin <= valueBins; bin++) bytes[this.memory.goesLeft + bin] = goesLeft(split, bin, valueBins) ? 1 : 0;
  }

  private get bytes(): Uint8Array<ArrayBufferLike> {
    this.byteView ??= new Uint8Array(this.ground.team.ints.buffer);
    return this.byteView;
  }
  private byteView: Uint8Array<ArrayBufferLike> | null = null;

  /** Parts a range of the index, the rows that go left first; returns how many those are. */
  private part(begin: number, count: number, column: number): number {
    const { memory, ground } = this;
    const { team } = ground;
    const index = memory.index + 4 * begin;
    if (count === 0) return 0;
    if (team.threads === 1 || count < SHARED_ROWS) {
      return memory.arena.engine.kernels.partitionRows(index, count, column, memory.goesLeft, memory.scratch);
    }
    const rowsPerPart = Math.max(ROWS_PER_PART, Math.ceil(count / 512));
    const parts = Math.ceil(count / rowsPerPart);
    const values = [index, count, column, memory.goesLeft, memory.scratch, rowsPerPart, memory.chunkCounts];
    for (let place = 0; place < values.length; place++) team.ints[controlAt.arguments + place] = values[place];
    team.run(operations.split, parts, true);
    team.run(operations.join, parts, true);
    let left = 0;
    for (let part = 0; part < parts; part++) left += team.ints[(memory.chunkCounts >>> 2) + part];
    return left;
  }

  /** Adds a value of each leaf to the scores of its rows and followers. */
  addToScores(scores: number, valueByLeaf: ArrayLike<number>): void {
    const { leaves, memory } = this;
    const { ints, doubles } = this.ground.team;
    let entries = 0;
    const flush = (): void => {
      ints[controlAt.arguments] = scores;
      ints[controlAt.arguments + 1] = memory.additions;
      if (entries > 0) this.ground.team.run(operations.add, entries, true);
      entries = 0;
    };
    const add = (begin: number, count: number, value: number): void => {
      if (count === 0) return;
      if (entries === MOST_CHUNKS) flush();
      const entry = (memory.additions >>> 2) + 4 * entries++;
      ints[entry] = memory.index + 4 * begin;
      ints[entry + 1] = count;
      doubles[(entry >>> 1) + 1] = value;
    };
    for (let place = 0; place < leaves.length; place++) {
      add(leaves[place].begin, leaves[place].count, valueByLeaf[place]);
      add(leaves[place].followersBegin, leaves[place].followersCount, valueByLeaf[place]);
    }
    flush();
  }

  /** Sets the covers of the last tree: rows of each leaf, or the sum of their weights. */
  setCovers(builder: EnsembleBuilder, weightByRow: Float64Array<ArrayBufferLike> | null): void {
    const { memory } = this;
    const index = memory.arena.ints(memory.index, this.ground.table.rowCount);
    for (const { node, begin, count } of this.leaves) {
      let cover = count;
      if (weightByRow !== null) {
        cover = 0;
        for (let place = begin; place < begin + count; place++) cover += weightByRow[index[place]];
      }
      builder.setCover(node, cover);
    }
    builder.sumCovers();
  }
}

function addSplit(builder: EnsembleBuilder, node: number, split: Split, { valueBins, cuts, category }: BinnedFeature): number {
  const { feature, bin, missingLeft, gain } = split;
  if (category === null) {
    // All values on one side, missing ones on the other: any number is at most the largest double.
    const threshold = bin < valueBins - 1 ? cuts[bin] : Number.MAX_VALUE;
    return builder.split(node, feature, threshold, missingLeft, gain);
  }
  const { binByCode } = category;
  const words = new Int32Array(Math.ceil(binByCode.length / 32));
  // Codes without a bin go where missing values go, and so do the bits behind the last code.
  for (let code = 0; code < 32 * words.length; code++) {
    if (goesLeft(split, code < binByCode.length ? binByCode[code] : valueBins, valueBins)) words[code >>> 5] |= 1 << (code & 31);
  }
  return builder.splitBySet(node, feature, words, missingLeft, gain);
}
