import { errors } from "../errors.js";
import { asLevels } from "../frame/as-levels.js";
import type { Frame, FrameColumn } from "../frame/frame.js";
import { nearestName } from "../schema/nearest-name.js";
import { groupHashes, rowHashes } from "./row-hashes.js";
import type { GroupSplit, LevelSplit, ShuffledSplit, SplitPlan, TimeSplit } from "./split-plan.js";
import { hashShare } from "./stable-hash.js";
import { stratifiedParts } from "./stratified-parts.js";

export type PartName = "train" | "validation" | "test";
const PART_NAMES: readonly PartName[] = ["train", "validation", "test"];

/**
 * Part of every row: 0 train, 1 validation, 2 test.
 *
 * `shuffled` and `byGroup` decide by a hash of the row's (or group's) values and the seed alone: a row stays in its part
 * when others are added, removed or put in another order, and shares are met on average only. With `stratify` the shares
 * hold in every stratum, and rows near the limit may move when rows are added. `byTime` cuts at a time, ties all on the
 * later side; rows without a time train. `byLevel` reads the part off the data; rows without a level train.
 *
 * Cost: O(rows · columns), with `stratify` or `byTime` O(rows · log rows).
 *
 * @throws LEARN_SPLIT_COLUMN_MISSING, LEARN_SPLIT_INVALID, LEARN_SPLIT_PART_EMPTY
 */
export function assignParts(split: SplitPlan, frame: Frame): Uint8Array {
  const parts = partsOf(split, frame);
  const counts = [0, 0, 0];
  for (const part of parts) counts[part]++;
  const isWanted = (share: number | readonly string[]) => (typeof share === "number" ? share > 0 : share.length > 0);
  const wanted = [true, isWanted(split.validation), isWanted(split.test)];
  const empty = PART_NAMES.find((_, part) => wanted[part] && counts[part] === 0);
  if (empty !== undefined) throw errors.SPLIT_PART_EMPTY({ part: empty, rows: frame.rowCount });
  return parts;
}

/** Positions of the rows of one part, ascending. */
export function rowsOfPart(parts: Uint8Array, part: PartName): Uint32Array {
  const wanted = PART_NAMES.indexOf(part);
  const rows = new Uint32Array(parts.length);
  let count = 0;
  for (let row = 0; row < parts.length; row++) if (parts[row] === wanted) rows[count++] = row;
  return rows.slice(0, count);
}

function partsOf(split: SplitPlan, frame: Frame): Uint8Array {
  switch (split.kind) {
    case "shuffled":
      checkShares(split);
      return byHash(split, frame, rowHashes(frame, split.seed));
    case "byGroup":
      checkShares(split);
      if (split.columns.length === 0) throw errors.SPLIT_INVALID({ problem: "byGroup names no column" });
      for (const column of split.columns) splitColumn(frame, column);
      return byHash(split, frame, groupHashes(frame, split.columns, split.seed));
    case "byTime":
      checkShares(split);
      return byTime(split, splitColumn(frame, split.column));
    case "byLevel":
      return byLevel(split, splitColumn(frame, split.column));
  }
}

function checkShares({ test, validation }: { test: number; validation: number }): void {
  if (test >= 0 && validation >= 0 && test + validation < 1) return;
  const problem = `test share ${test} and validation share ${validation} must be 0 or more and leave something to train on`;
  throw errors.SPLIT_INVALID({ problem });
}

function splitColumn(frame: Frame, name: string): FrameColumn {
  const column = frame.columns.get(name);
  if (column !== undefined) return column;
  throw errors.SPLIT_COLUMN_MISSING({ column: name, suggestion: nearestName(name, frame.columns.keys()) });
}

function byHash(split: ShuffledSplit | GroupSplit, frame: Frame, hashes: Int32Array): Uint8Array {
  if (split.stratify !== null) return stratifiedParts(hashes, asLevels(splitColumn(frame, split.stratify)), split);
  const { test, validation } = split;
  return Uint8Array.from(hashes, (hash) => {
    const share = hashShare(hash);
    return share < test ? 2 : share < test + validation ? 1 : 0;
  });
}

function byTime({ column: name, test, validation }: TimeSplit, column: FrameColumn): Uint8Array {
  if (column.kind !== "time")
    throw errors.SPLIT_INVALID({ problem: `byTime reads "${name}", which is a ${column.kind} and no time` });
  const sorted = column.values.filter((time) => !Number.isNaN(time)).sort();
  const cut = (share: number) => {
    const rows = Math.round(share * sorted.length);
    return rows === 0 ? Number.POSITIVE_INFINITY : sorted[sorted.length - rows];
  };
  const testFrom = cut(test);
  const validationFrom = cut(test + validation);
  // A missing time compares as false: it trains.
  return Uint8Array.from(column.values, (time) => (time >= testFrom ? 2 : time >= validationFrom ? 1 : 0));
}

function byLevel({ column: name, test, validation }: LevelSplit, column: FrameColumn): Uint8Array {
  const twice = test.find((level) => validation.includes(level));
  if (twice !== undefined)
    throw errors.SPLIT_INVALID({ problem: `the level ${JSON.stringify(twice)} of "${name}" is in two parts` });
  const { codes, levels } = asLevels(column);
  const partByCode = Uint8Array.from(levels, (level) => (test.includes(level) ? 2 : validation.includes(level) ? 1 : 0));
  return Uint8Array.from(codes, (code) => (code < 0 ? 0 : partByCode[code]));
}
