import type { BinnedMatrix } from "../binning/binned-matrix.js";
import type { EnsembleBuilder } from "./ensemble-builder.js";
import { LeafList } from "./leaf-list.js";
import { partitionRows } from "./partition.js";
import type { RowStatistics } from "./row-statistics.js";
import { type GrowthLimits, SplitSearch, type TreeTask } from "./split-search.js";

/** Memory for histograms; beyond it leaves give up theirs and are added up again when they are split. */
const POOL_BYTES = 128 * 1024 * 1024;

/** Grows one tree after the other on the same bins. All scratch is made once. */
export class TreeGrower {
  /** After `grow`: the leaves of the tree, each with its rows and totals. */
  readonly leaves: LeafList;
  private readonly search: SplitSearch;
  private readonly scratch: Int32Array;
  private readonly goesLeft = new Uint8Array(256);
  /** Leaves to split, for growth without a limit of leaves. */
  private readonly open: number[] = [];

  constructor(
    private readonly binned: BinnedMatrix,
    private readonly statistics: RowStatistics,
    private readonly limits: GrowthLimits,
    poolBytes = POOL_BYTES,
  ) {
    this.leaves = new LeafList(statistics.channels);
    this.search = new SplitSearch(binned, statistics, limits, this.leaves, poolBytes);
    this.scratch = new Int32Array(binned.rowCount);
  }

  /** Grows the tree whose root the builder has just started. Leaf values and covers are the caller's to set. */
  grow(builder: EnsembleBuilder, root: number, task: TreeTask): void {
    const { leaves, search } = this;
    leaves.length = 0;
    this.open.length = 0;
    search.startTree(task);
    const first = leaves.add(root, 0, task.rowCount, 0);
    this.statistics.total(task.rows, 0, task.rowCount, leaves.totals, 0);
    search.evaluate(task, first);
    this.open.push(first);
    for (let leaf = this.nextLeaf(); leaf >= 0; leaf = this.nextLeaf()) this.split(builder, leaf, task);
    for (let leaf = 0; leaf < leaves.length; leaf++) search.release(leaf);
  }

  private nextLeaf(): number {
    const { leaves, limits, open } = this;
    if (limits.leaves > 0) return leaves.length < limits.leaves ? leaves.best() : -1;
    for (let leaf = open.pop(); leaf !== undefined; leaf = open.pop()) if (leaves.feature[leaf] >= 0) return leaf;
    return -1;
  }

  private split(builder: EnsembleBuilder, leaf: number, task: TreeTask): void {
    const { leaves, binned, goesLeft, statistics } = this;
    const { rows } = task;
    const feature = leaves.feature[leaf];
    const bin = leaves.bin[leaf];
    const missingLeft = leaves.missingLeft[leaf] === 1;
    const valueBins = binned.valueBinsByFeature[feature];
    for (let value = 0; value < valueBins; value++) goesLeft[value] = value <= bin ? 1 : 0;
    goesLeft[valueBins] = missingLeft ? 1 : 0;
    const begin = leaves.begin[leaf];
    const end = leaves.end[leaf];
    const at = (feature >> 2) * binned.rowCount;
    const middle = partitionRows(binned.words, at, (feature & 3) * 8, goesLeft, rows, begin, end, this.scratch);
    // All values on one side, missing ones on the other: any number is at most the largest double.
    const threshold = bin < valueBins - 1 ? binned.cutsByFeature[feature][bin] : Number.MAX_VALUE;
    const left = builder.split(leaves.node[leaf], feature, threshold, missingLeft, leaves.gain[leaf]);
    const histogram = this.search.takeFrom(leaf);
    const depth = leaves.depth[leaf] + 1;
    leaves.place(leaf, left, begin, middle, depth);
    const right = leaves.add(left + 1, middle, end, depth);
    statistics.total(rows, begin, middle, leaves.totals, leaf * leaves.channels);
    statistics.total(rows, middle, end, leaves.totals, right * leaves.channels);
    this.search.evaluateSiblings(task, leaf, right, histogram);
    this.open.push(right, leaf);
  }
}
