import { addOneClass, addQuadClass } from "./histogram-kernels.js";
import type { RowStatistics, SplitCandidate, SplitLimits } from "./row-statistics.js";

/**
 * Weight sums of each class; a split is judged by its reduction of the weighted Gini impurity, W · (1 − Σ p²), which is
 * Σ c²/W of its sides less that of the whole.
 *
 * @see Breiman et al. 1984
 */
export class ClassStatistics implements RowStatistics {
  readonly channels: number;
  private readonly stagedClass: Int32Array;
  private readonly stagedWeight: Float64Array;
  private readonly left: Float64Array;
  private unit = 1;

  /** @param weight  by row; the caller changes it from tree to tree */
  constructor(
    private readonly classByRow: Int32Array,
    private readonly weight: Float64Array,
    private readonly classCount: number,
  ) {
    this.channels = classCount + 1;
    this.stagedClass = new Int32Array(weight.length);
    this.stagedWeight = new Float64Array(weight.length);
    this.left = new Float64Array(classCount);
  }

  stage(rows: Int32Array, begin: number, end: number, remove: boolean): void {
    const { classByRow, weight, stagedClass, stagedWeight } = this;
    const unit = remove ? -1 : 1;
    this.unit = unit;
    for (let position = begin; position < end; position++) {
      const row = rows[position];
      stagedClass[position - begin] = classByRow[row];
      stagedWeight[position - begin] = unit * weight[row];
    }
  }

  addQuad(
    words: Int32Array,
    at: number,
    rows: Int32Array,
    begin: number,
    end: number,
    histogram: Float64Array,
    first: number,
    second: number,
    third: number,
    fourth: number,
  ): void {
    const { stagedClass, stagedWeight, unit, channels } = this;
    addQuadClass(words, at, rows, begin, end, stagedClass, stagedWeight, unit, channels, histogram, first, second, third, fourth);
  }

  addOne(
    words: Int32Array,
    at: number,
    shift: number,
    rows: Int32Array,
    begin: number,
    end: number,
    histogram: Float64Array,
    start: number,
  ): void {
    const { stagedClass, stagedWeight, unit, channels } = this;
    addOneClass(words, at, shift, rows, begin, end, stagedClass, stagedWeight, unit, channels, histogram, start);
  }

  total(rows: Int32Array, begin: number, end: number, totals: Float64Array, at: number): void {
    const { classByRow, weight, classCount } = this;
    totals.fill(0, at, at + classCount);
    for (let position = begin; position < end; position++) totals[at + classByRow[rows[position]]] += weight[rows[position]];
    totals[at + classCount] = end - begin;
  }

  countOf(totals: Float64Array, at: number): number {
    return totals[at + this.classCount];
  }

  /** Share of one class in a leaf with these totals. */
  leafShare(totals: Float64Array, at: number, output: number): number {
    let sum = 0;
    for (let channel = 0; channel < this.classCount; channel++) sum += totals[at + channel];
    return totals[at + output] / sum;
  }

  scan(
    histogram: Float64Array,
    start: number,
    valueBins: number,
    totals: Float64Array,
    at: number,
    limits: SplitLimits,
    feature: number,
    best: SplitCandidate,
  ): void {
    const missing = start + valueBins * this.channels;
    const missingCount = histogram[missing + this.classCount];
    // Without missing rows the last bin leaves nothing for the right side; with them, a split may part values from missing.
    const lastBin = missingCount > 0 ? valueBins : valueBins - 1;
    this.scanOneWay(histogram, start, lastBin, totals, at, limits, feature, best, -1, missingCount > 0);
    if (missingCount > 0) this.scanOneWay(histogram, start, valueBins - 1, totals, at, limits, feature, best, missing, true);
  }

  /** One pass over the bins; `missing` is where the bin of missing values starts when they go left, else -1. */
  private scanOneWay(
    histogram: Float64Array,
    start: number,
    endBin: number,
    totals: Float64Array,
    at: number,
    limits: SplitLimits,
    feature: number,
    best: SplitCandidate,
    missing: number,
    hasMissing: boolean,
  ): void {
    const { left, classCount, channels } = this;
    const { minLeafRows } = limits;
    const countAll = totals[at + classCount];
    let countLeft = missing < 0 ? 0 : histogram[missing + classCount];
    let weightAll = 0;
    let squareAll = 0;
    for (let channel = 0; channel < classCount; channel++) {
      left[channel] = missing < 0 ? 0 : histogram[missing + channel];
      weightAll += totals[at + channel];
      squareAll += totals[at + channel] * totals[at + channel];
    }
    const whole = squareAll / weightAll;
    for (let bin = 0, cell = start; bin < endBin; bin++, cell += channels) {
      const count = histogram[cell + classCount];
      if (count === 0) continue;
      countLeft += count;
      for (let channel = 0; channel < classCount; channel++) left[channel] += histogram[cell + channel];
      if (countLeft < minLeafRows) continue;
      const countRight = countAll - countLeft;
      if (countRight < minLeafRows) break;
      let weightLeft = 0;
      let squareLeft = 0;
      let squareRight = 0;
      for (let channel = 0; channel < classCount; channel++) {
        const onLeft = left[channel];
        const onRight = totals[at + channel] - onLeft;
        weightLeft += onLeft;
        squareLeft += onLeft * onLeft;
        squareRight += onRight * onRight;
      }
      const gain = squareLeft / weightLeft + squareRight / (weightAll - weightLeft) - whole;
      if (gain > best.gain || (gain === best.gain && feature < best.feature)) {
        best.gain = gain;
        best.feature = feature;
        best.bin = bin;
        // No row says where missing values belong: they follow the larger side.
        best.missingLeft = hasMissing ? missing >= 0 : countLeft >= countRight;
      }
    }
  }
}
