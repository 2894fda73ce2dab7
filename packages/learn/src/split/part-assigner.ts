import { errors } from "../errors.js";
import { asLevels } from "../frame/as-levels.js";
import type { Frame, FrameColumn } from "../frame/frame.js";
import { LevelNumbers } from "../frame/level-counts.js";
import { presentValues } from "../frame/present-values.js";
import { nearestName } from "../schema/nearest-name.js";
import { groupHashes, partEqualRows, rowHashes } from "./row-hashes.js";
import type { GroupSplit, LevelSplit, ShuffledSplit, SplitPlan, TimeSplit } from "./split-plan.js";
import { hashShare } from "./stable-hash.js";
import { stratifiedParts } from "./stratified-parts.js";

export type PartName = "train" | "validation" | "test";

/** What a kind of split keeps of rows that come in parts. */
interface Assigning {
  add(frame: Frame, firstRow: number): void;
  finish(): Uint8Array;
}

/**
 * `assignParts` of rows that come in parts, so that they need not be in memory at once: `add` them in their order, then
 * `finish`. The sizes of the parts have no say. Needs up to 60 bytes a row, whatever the columns are.
 *
 * @throws LEARN_SPLIT_COLUMN_MISSING, LEARN_SPLIT_INVALID, LEARN_SPLIT_PART_EMPTY
 */
export class PartAssigner {
  private readonly assigning: Assigning;
  private rows = 0;

  constructor(
    private readonly split: SplitPlan,
    private readonly rowCount: number,
  ) {
    this.assigning = startAssigning(split, rowCount);
  }

  add(frame: Frame): void {
    this.assigning.add(frame, this.rows);
    this.rows += frame.rowCount;
  }

  finish(): Uint8Array {
    const { split, rowCount } = this;
    const parts = this.assigning.finish();
    const counts = [0, 0, 0];
    for (const part of parts) counts[part]++;
    const isWanted = (share: number | readonly string[]) => (typeof share === "number" ? share > 0 : share.length > 0);
    const wanted = [true, isWanted(split.validation), isWanted(split.test)];
    const empty = (["train", "validation", "test"] as const).find((_, part) => wanted[part] && counts[part] === 0);
    if (empty !== undefined) throw errors.SPLIT_PART_EMPTY({ part: empty, rows: rowCount });
    return parts;
  }
}

function startAssigning(split: SplitPlan, rowCount: number): Assigning {
  if (split.kind === "byLevel") return byLevel(split, rowCount);
  checkShares(split);
  if (split.kind === "byTime") return byTime(split, rowCount);
  if (split.kind === "byGroup" && split.columns.length === 0) throw errors.SPLIT_INVALID({ problem: "byGroup names no column" });
  return byHash(split, rowCount);
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

function byHash(split: ShuffledSplit | GroupSplit, rowCount: number): Assigning {
  const first = new Int32Array(rowCount);
  const second = split.kind === "shuffled" ? new Int32Array(rowCount) : null;
  const { stratify, seed } = split;
  const strata = stratify === null ? null : { numbers: new Int32Array(rowCount), levels: new LevelNumbers() };
  return {
    add: (frame, firstRow) => {
      if (split.kind === "shuffled") {
        const hashes = rowHashes(frame, seed);
        first.set(hashes.first, firstRow);
        second?.set(hashes.second, firstRow);
      } else {
        for (const column of split.columns) splitColumn(frame, column);
        first.set(groupHashes(frame, split.columns, seed), firstRow);
      }
      if (strata === null || stratify === null) return;
      strata.numbers.set(strata.levels.numbersOf(asLevels(splitColumn(frame, stratify))), firstRow);
    },
    finish: () => {
      const hashes = second === null ? first : partEqualRows({ first, second });
      if (strata !== null) return stratifiedParts(hashes, { ...strata, levels: strata.levels.levels }, split);
      const { test, validation } = split;
      return Uint8Array.from(hashes, (hash) => {
        const share = hashShare(hash);
        return share < test ? 2 : share < test + validation ? 1 : 0;
      });
    },
  };
}

function byTime({ column: name, test, validation }: TimeSplit, rowCount: number): Assigning {
  const times = new Float64Array(rowCount);
  return {
    add: (frame, firstRow) => {
      const column = splitColumn(frame, name);
      if (column.kind !== "time")
        throw errors.SPLIT_INVALID({ problem: `byTime reads "${name}", which is a ${column.kind} and no time` });
      times.set(column.values, firstRow);
    },
    finish: () => {
      const sorted = presentValues(times).sort();
      const cut = (share: number) => {
        const rows = Math.round(share * sorted.length);
        return rows === 0 ? Number.POSITIVE_INFINITY : sorted[sorted.length - rows];
      };
      const testFrom = cut(test);
      const validationFrom = cut(test + validation);
      // A missing time compares as false: it trains.
      return Uint8Array.from(times, (time) => (time >= testFrom ? 2 : time >= validationFrom ? 1 : 0));
    },
  };
}

function byLevel({ column: name, test, validation }: LevelSplit, rowCount: number): Assigning {
  const twice = test.find((level) => validation.includes(level));
  if (twice !== undefined)
    throw errors.SPLIT_INVALID({ problem: `the level ${JSON.stringify(twice)} of "${name}" is in two parts` });
  const parts = new Uint8Array(rowCount);
  return {
    add: (frame, firstRow) => {
      const { codes, levels } = asLevels(splitColumn(frame, name));
      const partByCode = Uint8Array.from(levels, (level) => (test.includes(level) ? 2 : validation.includes(level) ? 1 : 0));
      for (let row = 0; row < codes.length; row++) parts[firstRow + row] = codes[row] < 0 ? 0 : partByCode[codes[row]];
    },
    finish: () => parts,
  };
}
