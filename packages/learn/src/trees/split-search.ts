import type { BinnedMatrix } from "../binning/binned-matrix.js";
import type { Random } from "../random/random.js";
import { FeatureSampler } from "./feature-sampler.js";
import { HistogramPool } from "./histogram-pool.js";
import type { LeafList } from "./leaf-list.js";
import type { RowStatistics, SplitCandidate, SplitLimits } from "./row-statistics.js";

export interface GrowthLimits extends SplitLimits {
  /** Most leaves; 0: no limit. With a limit the leaf of the highest gain is split first, else depth first. */
  readonly leaves: number;
  /** Most splits above a leaf; 0 or less: no limit but `DEEPEST`. */
  readonly depth: number;
  /** Features that one split search looks at; it looks further while it found no split. */
  readonly featuresPerSplit: number;
}

/** What one tree is grown from. */
export interface TreeTask {
  /** Rows to learn from, in `rows[0 … rowCount)`; reordered in place. */
  readonly rows: Int32Array;
  readonly rowCount: number;
  /** Ascending; fewer than all only when `featuresPerSplit` is all. */
  readonly features: Int32Array;
  readonly random: Random;
  /** Gain that rounding alone may give: a split must gain more. */
  readonly noise: number;
}

/** No tree grows deeper, whatever its limit: explaining a row recurses as deep as the tree. */
export const DEEPEST = 1_000;
/** Nodes with fewer rows look at one feature after the other in a small histogram instead of keeping one of all features. */
const DIRECT_ROWS = 128;
/** Bins behind the last feature that take what the unused places of a word of four add. */
const SPARE_BINS = 3;

/** Finds the best split of leaves: builds histograms, by subtraction where it can, and scans them. */
export class SplitSearch {
  private readonly pool: HistogramPool;
  private readonly small: Float64Array;
  private readonly sampler: FeatureSampler;
  private readonly best: SplitCandidate = { gain: 0, feature: -1, bin: 0, missingLeft: false };
  private readonly spareStart: number;
  private minGain = 0;

  constructor(
    private readonly binned: BinnedMatrix,
    private readonly statistics: RowStatistics,
    private readonly limits: GrowthLimits,
    private readonly leaves: LeafList,
    poolBytes: number,
  ) {
    const { channels } = statistics;
    this.spareStart = binned.binOffsetByFeature[binned.featureCount] * channels;
    this.pool = new HistogramPool(this.spareStart + SPARE_BINS * channels, poolBytes);
    this.small = new Float64Array(256 * channels);
    this.sampler = new FeatureSampler(binned.featureCount);
  }

  startTree(task: TreeTask): void {
    this.sampler.reset();
    this.minGain = Math.max(this.limits.minGain, task.noise);
  }

  /** Finds a leaf's best split from its rows alone. */
  evaluate(task: TreeTask, leaf: number): void {
    if (!this.canSplit(leaf)) return;
    if (this.isDirect(leaf)) {
      this.scanDirect(task, leaf);
      return;
    }
    const histogram = this.takeHistogram();
    this.addRows(task, leaf, histogram, false);
    this.scanWhole(task, leaf, histogram);
  }

  /** Finds the best splits of two siblings; the larger one's histogram is the parent's (if kept) less the smaller one's. */
  evaluateSiblings(task: TreeTask, left: number, right: number, parent: Float64Array | null): void {
    const [smaller, larger] = this.rowsOf(left) <= this.rowsOf(right) ? [left, right] : [right, left];
    if (parent === null || !this.canSplit(larger) || this.isDirect(larger)) {
      if (parent !== null) this.pool.give(parent);
      this.evaluate(task, smaller);
      this.evaluate(task, larger);
      return;
    }
    if (this.canSplit(smaller) && !this.isDirect(smaller)) {
      const own = this.takeHistogram();
      this.addRows(task, smaller, own, false);
      subtract(parent, own);
      this.scanWhole(task, smaller, own);
    } else {
      this.addRows(task, smaller, parent, true);
      this.evaluate(task, smaller);
    }
    this.scanWhole(task, larger, parent);
  }

  /** Takes a leaf's histogram away from it; null where it has none. */
  takeFrom(leaf: number): Float64Array | null {
    const histogram = this.leaves.histogram[leaf];
    this.leaves.histogram[leaf] = null;
    return histogram;
  }

  release(leaf: number): void {
    const histogram = this.takeFrom(leaf);
    if (histogram !== null) this.pool.give(histogram);
  }

  private canSplit(leaf: number): boolean {
    const { leaves, limits, statistics } = this;
    if (leaves.depth[leaf] >= (limits.depth > 0 ? limits.depth : DEEPEST)) return false;
    if (limits.leaves > 0 && leaves.length >= limits.leaves) return false;
    return statistics.countOf(leaves.totals, leaf * leaves.channels) >= 2 * limits.minLeafRows && this.rowsOf(leaf) > 1;
  }

  private rowsOf(leaf: number): number {
    return this.leaves.end[leaf] - this.leaves.begin[leaf];
  }

  /** True when a histogram of all features would be wasted: few rows, or a search that looks at few features. */
  private isDirect(leaf: number): boolean {
    return this.rowsOf(leaf) < DIRECT_ROWS || this.limits.featuresPerSplit * 2 <= this.binned.featureCount;
  }

  /** A histogram of zeros; when the pool is empty, the least promising leaf gives up its own. */
  private takeHistogram(): Float64Array {
    for (;;) {
      const histogram = this.pool.take();
      if (histogram !== null) return histogram;
      this.release(this.leaves.worstWithHistogram());
    }
  }

  /** Adds a leaf's rows to a histogram of all features, or takes them out of it. */
  private addRows(task: TreeTask, leaf: number, histogram: Float64Array, remove: boolean): void {
    const { statistics, leaves } = this;
    const { rows, features } = task;
    const { words, rowCount, binOffsetByFeature } = this.binned;
    const begin = leaves.begin[leaf];
    const end = leaves.end[leaf];
    statistics.stage(rows, begin, end, remove);
    for (let index = 0, next = 0; index < features.length; index = next) {
      const feature = features[index];
      const group = feature >> 2;
      for (next = index + 1; next < features.length && features[next] >> 2 === group; next++);
      const at = group * rowCount;
      if (next - index === 1) {
        const start = binOffsetByFeature[feature] * statistics.channels;
        statistics.addOne(words, at, (feature & 3) * 8, rows, begin, end, histogram, start);
      } else {
        const first = this.startOf(group * 4);
        const second = this.startOf(group * 4 + 1);
        const third = this.startOf(group * 4 + 2);
        statistics.addQuad(words, at, rows, begin, end, histogram, first, second, third, this.startOf(group * 4 + 3));
      }
    }
  }

  /** Where a feature starts in a histogram; each place of a word without a feature has a spare bin of its own. */
  private startOf(feature: number): number {
    const { featureCount, binOffsetByFeature } = this.binned;
    const { channels } = this.statistics;
    return feature < featureCount ? binOffsetByFeature[feature] * channels : this.spareStart + ((feature & 3) - 1) * channels;
  }

  private scanWhole(task: TreeTask, leaf: number, histogram: Float64Array): void {
    const { features, random } = task;
    const { featuresPerSplit } = this.limits;
    this.startSearch();
    if (featuresPerSplit >= features.length) {
      for (let index = 0; index < features.length; index++) {
        this.scanFeature(leaf, histogram, this.startOf(features[index]), features[index]);
      }
    } else {
      this.sampler.start();
      for (let looked = 0; looked < featuresPerSplit || this.best.feature < 0; looked++) {
        const feature = this.sampler.next(random);
        if (feature < 0) break;
        this.scanFeature(leaf, histogram, this.startOf(feature), feature);
      }
    }
    this.leaves.setSplit(leaf, this.best);
    if (this.best.feature >= 0) this.leaves.histogram[leaf] = histogram;
    else this.pool.give(histogram);
  }

  private scanDirect(task: TreeTask, leaf: number): void {
    const { features, random } = task;
    const { featuresPerSplit } = this.limits;
    this.startSearch();
    this.statistics.stage(task.rows, this.leaves.begin[leaf], this.leaves.end[leaf], false);
    if (featuresPerSplit >= features.length) {
      for (let index = 0; index < features.length; index++) this.scanFeatureDirect(task, leaf, features[index]);
    } else {
      this.sampler.start();
      for (let looked = 0; looked < featuresPerSplit || this.best.feature < 0; looked++) {
        const feature = this.sampler.next(random);
        if (feature < 0) break;
        this.scanFeatureDirect(task, leaf, feature);
      }
    }
    this.leaves.setSplit(leaf, this.best);
  }

  private scanFeatureDirect(task: TreeTask, leaf: number, feature: number): void {
    const { small, leaves, statistics } = this;
    const { words, rowCount, valueBinsByFeature } = this.binned;
    small.fill(0, 0, (valueBinsByFeature[feature] + 1) * statistics.channels);
    const at = (feature >> 2) * rowCount;
    statistics.addOne(words, at, (feature & 3) * 8, task.rows, leaves.begin[leaf], leaves.end[leaf], small, 0);
    this.scanFeature(leaf, small, 0, feature);
  }

  private startSearch(): void {
    this.best.gain = this.minGain;
    this.best.feature = -1;
  }

  private scanFeature(leaf: number, histogram: Float64Array, start: number, feature: number): void {
    const { leaves, statistics, limits, best } = this;
    const valueBins = this.binned.valueBinsByFeature[feature];
    statistics.scan(histogram, start, valueBins, leaves.totals, leaf * leaves.channels, limits, feature, best);
  }
}

function subtract(from: Float64Array, part: Float64Array): void {
  for (let cell = 0; cell < from.length; cell++) from[cell] -= part[cell];
}
