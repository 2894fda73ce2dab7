import type { Random } from "../random/random.js";
import type { EnsembleBuilder } from "../trees/ensemble-builder.js";
import { FeatureSampler } from "../trees/feature-sampler.js";
import { averagePathLength } from "./path-length.js";

/** Grows isolation trees; scratch is made once. */
export class IsolationTreeGrower {
  private readonly sampler: FeatureSampler;
  private readonly scratch: Int32Array;
  private readonly range = new Float64Array(2);

  /** @param treeCount  leaf values are path lengths divided by it */
  constructor(
    private readonly columns: readonly Float64Array[],
    rowsPerTree: number,
    private readonly depthLimit: number,
    private readonly treeCount: number,
  ) {
    this.sampler = new FeatureSampler(columns.length);
    this.scratch = new Int32Array(rowsPerTree);
  }

  grow(builder: EnsembleBuilder, rows: Int32Array, random: Random): void {
    this.sampler.reset();
    const root = builder.startTree(0);
    this.isolate(builder, root, rows, 0, rows.length, 0, random);
    builder.sumCovers();
  }

  private isolate(
    builder: EnsembleBuilder,
    node: number,
    rows: Int32Array,
    begin: number,
    end: number,
    depth: number,
    random: Random,
  ): void {
    const feature = depth < this.depthLimit && end - begin > 1 ? this.chooseFeature(rows, begin, end, random) : -1;
    if (feature < 0) {
      builder.setCover(node, end - begin);
      builder.setValue(node, (depth + averagePathLength(end - begin)) / this.treeCount);
      return;
    }
    const threshold = this.chooseThreshold(random);
    const column = this.columns[feature];
    let left = 0;
    let right = 0;
    for (let position = begin; position < end; position++) {
      if (column[rows[position]] <= threshold) left++;
      else if (column[rows[position]] > threshold) right++;
    }
    const missingLeft = random.next() * (left + right) < left;
    const child = builder.split(node, feature, threshold, missingLeft, 0);
    const middle = this.partition(column, threshold, missingLeft, rows, begin, end);
    this.isolate(builder, child, rows, begin, middle, depth + 1, random);
    this.isolate(builder, child + 1, rows, middle, end, depth + 1, random);
  }

  /** A random feature with two different values among the rows, its range in `range`; -1: all rows are alike. */
  private chooseFeature(rows: Int32Array, begin: number, end: number, random: Random): number {
    const { range, sampler } = this;
    sampler.start();
    for (let feature = sampler.next(random); feature >= 0; feature = sampler.next(random)) {
      const column = this.columns[feature];
      let low = Infinity;
      let high = -Infinity;
      for (let position = begin; position < end; position++) {
        const value = column[rows[position]];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      range[0] = low;
      range[1] = high;
      if (low < high) return feature;
    }
    return -1;
  }

  /** Uniform in the range, the upper end excluded: both sides get a row. Written so that huge values do not overflow. */
  private chooseThreshold(random: Random): number {
    const [low, high] = this.range;
    const share = random.next();
    const threshold = low * (1 - share) + high * share;
    return threshold >= low && threshold < high ? threshold : low;
  }

  private partition(
    column: Float64Array,
    threshold: number,
    missingLeft: boolean,
    rows: Int32Array,
    begin: number,
    end: number,
  ): number {
    const { scratch } = this;
    let left = begin;
    let right = 0;
    for (let position = begin; position < end; position++) {
      const row = rows[position];
      const value = column[row];
      if (value <= threshold || (missingLeft && Number.isNaN(value))) rows[left++] = row;
      else scratch[right++] = row;
    }
    for (let position = 0; position < right; position++) rows[left + position] = scratch[position];
    return left;
  }
}
