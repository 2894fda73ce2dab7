import { errors } from "../errors.js";
import { asLevels } from "../frame/as-levels.js";
import type { Frame } from "../frame/frame.js";
import { columnOf } from "../frame/select.js";
import type { Measurement, Measurements } from "../metrics/measure.js";
import { ascendingOrder } from "../order/ascending-order.js";
import { groupHashes, partEqualRows, rowHashes } from "../split/row-hashes.js";

/** How rows are divided for cross-validation, as data. */
export type CrossValidationPlan =
  | {
      readonly kind: "shuffled";
      readonly folds: number;
      readonly seed: number;
      /** Column whose levels are to have the same share in every fold; null: none. */
      readonly stratify: string | null;
    }
  | {
      readonly kind: "byGroup";
      readonly folds: number;
      readonly seed: number;
      /** Rows with equal values in these columns stay in one fold. */
      readonly columns: readonly string[];
      readonly stratify: string | null;
    }
  /** Each fold is tested with a model of the rows before it; the oldest rows are never tested. */
  | { readonly kind: "byTime"; readonly folds: number; readonly column: string };

/** Positions of the rows, ascending. */
export interface Fold {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * The folds of cross-validation. `shuffled` and `byGroup` test every row once; rows, or whole groups, go by the hash of
 * their values to the fold that has the fewest of their stratum, so folds differ by a group at most. `byTime` cuts the rows
 * into folds + 1 blocks of about the same size, equal times all in the later one; rows without a time are left out.
 *
 * Cost: O(rows · columns + groups · (log groups + folds)).
 *
 * @throws LEARN_CROSS_VALIDATION_INVALID, LEARN_FRAME_COLUMN_MISSING
 */
export function crossValidationFolds(plan: CrossValidationPlan, frame: Frame): Fold[] {
  const { folds } = plan;
  const fail = (problem: string) => errors.CROSS_VALIDATION_INVALID({ problem });
  if (!Number.isInteger(folds) || folds < 2) throw fail(`it needs 2 folds or more, not ${folds}`);
  if (plan.kind === "byTime") return foldsByTime(plan, frame);
  if (plan.kind === "byGroup" && plan.columns.length === 0) throw fail("byGroup names no column");
  const hashes =
    plan.kind === "shuffled" ? partEqualRows(rowHashes(frame, plan.seed)) : groupHashes(frame, plan.columns, plan.seed);
  const foldByRow = dealFolds(hashes, stratumByRow(plan.stratify, frame), folds);
  const sizes = new Uint32Array(folds);
  for (const fold of foldByRow) sizes[fold]++;
  if (sizes.includes(0)) throw fail(`${frame.rowCount} rows are too few (or of too few groups) for ${folds} folds`);
  return Array.from({ length: folds }, (_, fold) => ({
    train: positions(foldByRow, (own) => own !== fold),
    test: positions(foldByRow, (own) => own === fold),
  }));
}

/** A metric over the folds. */
export interface CrossValidated {
  readonly mean: number;
  /** Standard deviation of the folds (over folds − 1; 0 for one fold that could be measured). */
  readonly deviation: number;
  /** By fold; null where it could not be measured. */
  readonly byFold: readonly (number | null)[];
}

/**
 * Judges each fold and sums up the metrics over those that could be measured; a metric that no fold has is left out.
 *
 * @param judge  fits on `train`, measures on `test`
 */
export function crossValidate(
  folds: readonly Fold[],
  judge: (fold: Fold, number: number) => Measurements,
): Readonly<Record<string, CrossValidated>> {
  const judged = folds.map((fold, number) => Object.entries(judge(fold, number)) as [string, Measurement][]);
  const names = [...new Set(judged.flatMap((entries) => entries.map(([name]) => name)))];
  const summed = names.flatMap((name) => {
    const byFold = judged.map((entries) => {
      const measurement = entries.find(([own]) => own === name)?.[1];
      return measurement !== undefined && "value" in measurement ? measurement.value : null;
    });
    const values = byFold.filter((value): value is number => value !== null);
    return values.length === 0 ? [] : [[name, { ...spread(values), byFold }] as const];
  });
  return Object.fromEntries(summed);
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: values.length === 1 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

function positions(foldByRow: Int32Array, isWanted: (fold: number) => boolean): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < foldByRow.length; row++) if (isWanted(foldByRow[row])) rows.push(row);
  return Uint32Array.from(rows);
}

function stratumByRow(column: string | null, frame: Frame): Int32Array {
  return column === null ? new Int32Array(frame.rowCount) : asLevels(columnOf(frame, column)).codes;
}

/** Fold of each row: groups (equal hashes) in the order of their hashes, each to the fold with the fewest rows of its stratum. */
function dealFolds(hashes: Int32Array, stratumOfRow: Int32Array, folds: number): Int32Array {
  const order = ascendingOrder(Float64Array.from(hashes, (hash) => hash >>> 0));
  const foldByRow = new Int32Array(hashes.length);
  const rowsByStratum = new Map<number, Float64Array>();
  const rowsByFold = new Float64Array(folds);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && hashes[order[end]] === hashes[order[start]]) end++;
    const group = order.subarray(start, end);
    // A group of several strata counts for that of its first row.
    const stratum = stratumOfRow[group[0]];
    const own = rowsByStratum.get(stratum) ?? new Float64Array(folds);
    rowsByStratum.set(stratum, own);
    let chosen = 0;
    for (let fold = 1; fold < folds; fold++) {
      const difference = own[fold] - own[chosen] || rowsByFold[fold] - rowsByFold[chosen];
      if (difference < 0) chosen = fold;
    }
    own[chosen] += group.length;
    rowsByFold[chosen] += group.length;
    for (const row of group) foldByRow[row] = chosen;
    start = end;
  }
  return foldByRow;
}

function foldsByTime({ column: name, folds }: Extract<CrossValidationPlan, { kind: "byTime" }>, frame: Frame): Fold[] {
  const column = columnOf(frame, name);
  if (column.kind !== "time")
    throw errors.CROSS_VALIDATION_INVALID({ problem: `byTime reads "${name}", which is a ${column.kind} and no time` });
  const { values } = column;
  const order = ascendingOrder(values).filter((row) => !Number.isNaN(values[row]));
  const size = Math.floor(order.length / (folds + 1));
  const edges = Array.from({ length: folds }, (_, fold) => firstOfItsTime(order, values, order.length - (folds - fold) * size));
  return edges.map((edge, fold) => {
    const end = edges[fold + 1] ?? order.length;
    if (size === 0 || edge === 0 || edge >= end) {
      const problem = `${order.length} rows with a time are too few (or too often of the same time) for ${folds} folds`;
      throw errors.CROSS_VALIDATION_INVALID({ problem });
    }
    return { train: order.slice(0, edge).sort(), test: order.slice(edge, end).sort() };
  });
}

function firstOfItsTime(order: Uint32Array, values: Float64Array, place: number): number {
  let first = Math.max(0, place);
  while (first > 0 && values[order[first - 1]] === values[order[first]]) first--;
  return first;
}
