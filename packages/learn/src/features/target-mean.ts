import { log1p } from "../arithmetic/logarithm.js";
import { errors } from "../errors.js";
import { codesByFrequency } from "../frame/as-levels.js";
import type { CategoryColumn } from "../frame/frame.js";
import type { Target } from "../model/model.js";
import { hashNumber } from "../split/stable-hash.js";
import type { FittedEncoder } from "./feature-plan.js";

const FOLDS = 5;

type FittedTargetMean = Extract<FittedEncoder, { kind: "targetMean" }>;

/** Per output (1, or one per class from three classes on): what is averaged, by row. */
export type TargetValues = readonly Float64Array[];

/**
 * What target means are means of: the target on the scale that the learner fits; for two classes whether it is the second;
 * for more, per class, whether it is this one.
 *
 * @throws LEARN_FEATURE_ENCODER_UNFIT when log1p does not exist for a value
 */
export function targetValues(target: Target, fitOn: "value" | "log1p"): TargetValues {
  if (target.kind === "number") {
    if (fitOn === "value") return [target.values];
    const values = target.values.map(log1p);
    if (!values.every(Number.isFinite)) {
      const problem = "fitOn log1p needs target values above -1";
      throw errors.FEATURE_ENCODER_UNFIT({ feature: "target", encoder: "targetMean", problem });
    }
    return [values];
  }
  const wanted = target.classes.length <= 2 ? [1] : target.classes.map((_, code) => code);
  return wanted.map((code) => Float64Array.from(target.codes, (own) => (own === code ? 1 : 0)));
}

/** Fold of each row, by its position: five deterministic parts of about the same size. */
export function foldByRow(rowCount: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: rowCount }, (_, row) => (hashNumber(row, seed) >>> 0) % FOLDS);
}

/**
 * Sums and counts of the target per level and fold. The last slot is the missing level.
 * A mean without a fold adds up the other folds; subtracting the fold from a total would leave rounding of its values.
 */
class LevelSums {
  readonly #slots: number;
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(column: CategoryColumn, values: Float64Array, folds: Uint8Array) {
    this.#slots = column.levels.length + 1;
    this.#sums = new Float64Array(this.#slots * FOLDS);
    this.#counts = new Float64Array(this.#slots * FOLDS);
    for (let row = 0; row < values.length; row++) {
      const index = folds[row] * this.#slots + slotOf(column, row);
      this.#sums[index] += values[row];
      this.#counts[index]++;
    }
  }

  /** Shrunk mean by slot over all folds but one (-1: over all); last the overall mean of the same folds. */
  means(smoothing: number, withoutFold: number): { bySlot: Float64Array; overall: number } {
    const sums = new Float64Array(this.#slots);
    const counts = new Float64Array(this.#slots);
    for (let fold = 0; fold < FOLDS; fold++) {
      if (fold === withoutFold) continue;
      for (let slot = 0; slot < this.#slots; slot++) {
        sums[slot] += this.#sums[fold * this.#slots + slot];
        counts[slot] += this.#counts[fold * this.#slots + slot];
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

function slotOf(column: CategoryColumn, row: number): number {
  const code = column.codes[row];
  return code < 0 ? column.levels.length : code;
}

/**
 * Fits target means on training rows: (sum + smoothing · mean) / (rows + smoothing) by level, missing being a level of
 * its own. Training rows themselves get the mean of the other folds (`outOfFold[output][row]`), so that no row's feature
 * knows its own target; later rows get the mean of all training rows.
 *
 * Cost: O(rows + folds · levels) per output.
 */
export function fitTargetMean(
  column: CategoryColumn,
  targets: TargetValues,
  smoothing: number,
  folds: Uint8Array,
): { encoder: FittedTargetMean; outOfFold: Float64Array[] } {
  const codes = codesByFrequency(column);
  const fitted = targets.map((values) => {
    const sums = new LevelSums(column, values, folds);
    const all = sums.means(smoothing, -1);
    const byFold = Array.from({ length: FOLDS }, (_, fold) => sums.means(smoothing, fold).bySlot);
    const outOfFold = Float64Array.from(values, (_, row) => byFold[folds[row]][slotOf(column, row)]);
    return { all, outOfFold };
  });
  return {
    encoder: {
      kind: "targetMean",
      levels: codes.map((code) => column.levels[code]),
      values: fitted.map(({ all }) => codes.map((code) => all.bySlot[code])),
      missing: fitted.map(({ all }) => all.bySlot[column.levels.length]),
      fallback: fitted.map(({ all }) => all.overall),
    },
    outOfFold: fitted.map(({ outOfFold }) => outOfFold),
  };
}
