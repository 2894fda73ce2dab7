import { log1p } from "../arithmetic/logarithm.js";
import { errors } from "../errors.js";
import type { CategoryColumn } from "../frame/frame.js";
import { LevelNumbers } from "../frame/level-counts.js";
import type { Target } from "../model/model.js";
import { hashNumber } from "../split/stable-hash.js";
import type { FittedEncoder } from "./feature-plan.js";

const FOLDS = 5;

type FittedTargetMean = Extract<FittedEncoder, { kind: "targetMean" }>;

/** Per output (1, or one per class from three classes on): what is averaged, by row. */
export type TargetValues = readonly Float64Array[];

/** Rows of a training part: some that follow each other. */
export interface RowRange {
  readonly firstRow: number;
  readonly rowCount: number;
}

/** Number of outputs of a target: 1, or one per class from three classes on. */
export function outputsOfTarget(target: Target): number {
  return target.kind === "number" || target.classes.length <= 2 ? 1 : target.classes.length;
}

/**
 * What target means are means of: the target on the scale that the learner fits; for two classes whether it is the second;
 * for more, per class, whether it is this one.
 *
 * @throws LEARN_FEATURE_ENCODER_UNFIT when log1p does not exist for a value
 */
export function targetValues(target: Target, fitOn: "value" | "log1p", { firstRow, rowCount }: RowRange): TargetValues {
  const end = firstRow + rowCount;
  if (target.kind === "number") {
    const own = target.values.subarray(firstRow, end);
    if (fitOn === "value") return [own];
    const values = own.map(log1p);
    if (!values.every(Number.isFinite)) {
      const problem = "fitOn log1p needs target values above -1";
      throw errors.FEATURE_ENCODER_UNFIT({ feature: "target", encoder: "targetMean", problem });
    }
    return [values];
  }
  const codes = target.codes.subarray(firstRow, end);
  const wanted = target.classes.length <= 2 ? [1] : target.classes.map((_, code) => code);
  return wanted.map((code) => Float64Array.from(codes, (own) => (own === code ? 1 : 0)));
}

/** Fold of each row, by its position: five deterministic parts of about the same size. */
export function foldByRow({ firstRow, rowCount }: RowRange, seed: number): Uint8Array {
  const folds = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row++) folds[row] = (hashNumber(firstRow + row, seed) >>> 0) % FOLDS;
  return folds;
}

/**
 * Sums and counts of the target per level and fold; the missing level is slot 0.
 * A mean without a fold adds up the other folds; subtracting the fold from a total would leave rounding of its values.
 */
class LevelSums {
  /** [slot][fold] */
  private sums = new Float64Array(64 * FOLDS);
  private counts = new Float64Array(64 * FOLDS);

  /** @param numbers  by row, -1 missing */
  add(numbers: Int32Array, values: Float64Array, folds: Uint8Array, slots: number): void {
    this.reserve(slots * FOLDS);
    const { sums, counts } = this;
    for (let row = 0; row < numbers.length; row++) {
      const place = (numbers[row] + 1) * FOLDS + folds[row];
      sums[place] += values[row];
      counts[place]++;
    }
  }

  private reserve(length: number): void {
    if (length <= this.sums.length) return;
    const [sums, counts] = [this.sums, this.counts];
    this.sums = new Float64Array(Math.max(length, 2 * sums.length));
    this.counts = new Float64Array(this.sums.length);
    this.sums.set(sums);
    this.counts.set(counts);
  }

  /** Shrunk mean by slot over all folds but one (-1: over all), and the overall mean of the same folds. */
  means(smoothing: number, withoutFold: number, slots: number): { bySlot: Float64Array; overall: number } {
    const sums = new Float64Array(slots);
    const counts = new Float64Array(slots);
    for (let slot = 0; slot < slots; slot++) {
      for (let fold = 0; fold < FOLDS; fold++) {
        if (fold === withoutFold) continue;
        sums[slot] += this.sums[slot * FOLDS + fold];
        counts[slot] += this.counts[slot * FOLDS + fold];
      }
    }
    const rows = counts.reduce((total, count) => total + count, 0);
    // No other row at all (fewer rows than folds): nothing is known, so the feature is missing.
    const overall = rows === 0 ? Number.NaN : sums.reduce((total, sum) => total + sum, 0) / rows;
    const bySlot = sums.map((sum, slot) => {
      const weight = counts[slot] + smoothing;
      return weight === 0 ? overall : (sum + smoothing * overall) / weight;
    });
    return { bySlot, overall };
  }
}

/** Target means that are fitted. */
export interface FittedMeans {
  readonly encoder: FittedTargetMean;
  /** By output: what training rows get, which the fitting has seen: the mean of the other folds. */
  outOfFold(column: CategoryColumn, folds: Uint8Array): Float64Array[];
}

/**
 * Fits target means on training rows that come in parts: (sum + smoothing · mean) / (rows + smoothing) by level, missing being
 * a level of its own. Training rows themselves get the mean of the other folds, so that no row's feature knows its own target;
 * later rows get the mean of all training rows. The sizes of the parts do not change a bit of it.
 *
 * Cost: O(rows + folds · levels) per output.
 */
export class TargetMeanFitter {
  private readonly numbers = new LevelNumbers();
  private readonly counts: number[] = [];
  private readonly sums: readonly LevelSums[];

  constructor(
    private readonly smoothing: number,
    outputs: number,
  ) {
    this.sums = Array.from({ length: outputs }, () => new LevelSums());
  }

  /** The next rows, what is averaged of them, and their folds. */
  add(column: CategoryColumn, targets: TargetValues, folds: Uint8Array): void {
    const numbers = this.numbers.numbersOf(column);
    const slots = this.numbers.levels.length + 1;
    while (this.counts.length < slots) this.counts.push(0);
    for (let row = 0; row < numbers.length; row++) this.counts[numbers[row] + 1]++;
    for (const [output, sums] of this.sums.entries()) sums.add(numbers, targets[output], folds, slots);
  }

  finish(): FittedMeans {
    const { numbers, counts, smoothing } = this;
    const { levels } = numbers;
    const slots = levels.length + 1;
    const all = this.sums.map((sums) => sums.means(smoothing, -1, slots));
    const byFold = this.sums.map((sums) => Array.from({ length: FOLDS }, (_, fold) => sums.means(smoothing, fold, slots).bySlot));
    const order = levels.map((_, number) => number);
    order.sort((one, other) => counts[other + 1] - counts[one + 1] || (levels[one] < levels[other] ? -1 : 1));
    return {
      encoder: {
        kind: "targetMean",
        levels: order.map((number) => levels[number]),
        values: all.map(({ bySlot }) => order.map((number) => bySlot[number + 1])),
        missing: all.map(({ bySlot }) => bySlot[0]),
        fallback: all.map(({ overall }) => overall),
      },
      outOfFold: (column, folds) => {
        const own = numbers.numbersOf(column);
        return byFold.map((bySlot) => Float64Array.from(own, (number, row) => bySlot[folds[row]][number + 1]));
      },
    };
  }
}
