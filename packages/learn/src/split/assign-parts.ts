import type { Frame } from "../frame/frame.js";
import { PartAssigner, type PartName } from "./part-assigner.js";
import type { SplitPlan } from "./split-plan.js";

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
  const assigner = new PartAssigner(split, frame.rowCount);
  assigner.add(frame);
  return assigner.finish();
}

/** Positions of the rows of one part, ascending. */
export function rowsOfPart(parts: Uint8Array, part: PartName): Uint32Array {
  const wanted = PART_NAMES.indexOf(part);
  const rows = new Uint32Array(parts.length);
  let count = 0;
  for (let row = 0; row < parts.length; row++) if (parts[row] === wanted) rows[count++] = row;
  return rows.slice(0, count);
}
