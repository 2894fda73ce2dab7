import { addOnePair, addOneTriple, addOneUnit, addQuadPair, addQuadTriple, addQuadUnit } from "./histogram-kernels.js";
import type { RowStatistics, SplitCandidate, SplitLimits } from "./row-statistics.js";

export interface GradientOptions {
  readonly l2: number;
  /** Least hessian sum on either side: keeps a leaf's value finite where the loss has become flat. */
  readonly minLeafHessian: number;
  /**
   * How hessians count: `ones` (each is 1, none is read), `multiplicities` (whole numbers that are row counts too) or
   * `curvatures` (anything positive; rows are counted apart).
   */
  readonly hessians: "ones" | "multiplicities" | "curvatures";
}

/**
 * Sums of gradients and hessians, the second-order view of a loss: a leaf's best value is −G / (H + l2), and a split
 * gains G²/(H + l2) of its sides less that of the whole. Sums are float64.
 *
 * @see Chen, Guestrin 2016 (XGBoost), equations 5–7, without the factor ½
 */
export class GradientStatistics implements RowStatistics {
  readonly channels: number;
  private readonly stagedGradient: Float64Array;
  private readonly stagedHessian: Float64Array;
  private unit = 1;

  /** @param gradient, hessian  by row; the caller changes them from tree to tree (`hessian` may be empty for `ones`) */
  constructor(
    readonly gradient: Float64Array,
    readonly hessian: Float64Array,
    readonly options: GradientOptions,
  ) {
    this.channels = options.hessians === "curvatures" ? 3 : 2;
    this.stagedGradient = new Float64Array(gradient.length);
    this.stagedHessian = new Float64Array(options.hessians === "ones" ? 0 : gradient.length);
  }

  stage(rows: Int32Array, begin: number, end: number, remove: boolean): void {
    const { gradient, hessian, stagedGradient, stagedHessian } = this;
    const unit = remove ? -1 : 1;
    this.unit = unit;
    for (let position = begin; position < end; position++) stagedGradient[position - begin] = unit * gradient[rows[position]];
    if (this.options.hessians === "ones") return;
    for (let position = begin; position < end; position++) stagedHessian[position - begin] = unit * hessian[rows[position]];
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
    const { stagedGradient: gradient, stagedHessian: hessian, unit } = this;
    const { hessians } = this.options;
    if (hessians === "ones") addQuadUnit(words, at, rows, begin, end, gradient, unit, histogram, first, second, third, fourth);
    else if (hessians === "curvatures") {
      addQuadTriple(words, at, rows, begin, end, gradient, hessian, unit, histogram, first, second, third, fourth);
    } else addQuadPair(words, at, rows, begin, end, gradient, hessian, histogram, first, second, third, fourth);
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
    const { stagedGradient: gradient, stagedHessian: hessian, unit } = this;
    const { hessians } = this.options;
    if (hessians === "ones") addOneUnit(words, at, shift, rows, begin, end, gradient, unit, histogram, start);
    else if (hessians === "curvatures") {
      addOneTriple(words, at, shift, rows, begin, end, gradient, hessian, unit, histogram, start);
    } else addOnePair(words, at, shift, rows, begin, end, gradient, hessian, histogram, start);
  }

  total(rows: Int32Array, begin: number, end: number, totals: Float64Array, at: number): void {
    const { gradient, hessian } = this;
    const isOnes = this.options.hessians === "ones";
    let gradientSum = 0;
    let hessianSum = 0;
    for (let position = begin; position < end; position++) gradientSum += gradient[rows[position]];
    if (isOnes) hessianSum = end - begin;
    else for (let position = begin; position < end; position++) hessianSum += hessian[rows[position]];
    totals[at] = gradientSum;
    totals[at + 1] = hessianSum;
    if (this.channels === 3) totals[at + 2] = end - begin;
  }

  countOf(totals: Float64Array, at: number): number {
    return totals[at + this.channels - 1];
  }

  /** The value of a leaf with these totals. */
  leafValue(totals: Float64Array, at: number): number {
    const divisor = totals[at + 1] + this.options.l2;
    return divisor > 0 ? -totals[at] / divisor : 0;
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
    const { channels } = this;
    const missing = start + valueBins * channels;
    const missingCount = histogram[missing + channels - 1];
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
    const { channels } = this;
    const { l2, minLeafHessian } = this.options;
    const { minLeafRows } = limits;
    const gradientAll = totals[at];
    const hessianAll = totals[at + 1];
    const countAll = totals[at + channels - 1];
    const whole = (gradientAll * gradientAll) / (hessianAll + l2);
    let gradientLeft = missing < 0 ? 0 : histogram[missing];
    let hessianLeft = missing < 0 ? 0 : histogram[missing + 1];
    let countLeft = missing < 0 ? 0 : histogram[missing + channels - 1];
    for (let bin = 0, cell = start; bin < endBin; bin++, cell += channels) {
      const count = histogram[cell + channels - 1];
      if (count === 0) continue;
      gradientLeft += histogram[cell];
      hessianLeft += histogram[cell + 1];
      countLeft += count;
      if (countLeft < minLeafRows) continue;
      const countRight = countAll - countLeft;
      if (countRight < minLeafRows) break;
      const hessianRight = hessianAll - hessianLeft;
      if (hessianLeft < minLeafHessian || hessianRight < minLeafHessian) continue;
      const gradientRight = gradientAll - gradientLeft;
      const gain =
        (gradientLeft * gradientLeft) / (hessianLeft + l2) + (gradientRight * gradientRight) / (hessianRight + l2) - whole;
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
