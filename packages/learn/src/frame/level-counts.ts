import type { CategoryColumn } from "./frame.js";

/** Numbers the levels of a column that comes in parts, in the order of their first rows: the parts' sizes have no say. */
export class LevelNumbers {
  readonly levels: string[] = [];
  private readonly numberByLevel = new Map<string, number>();

  /** By row of the next part: the number of its level, -1 for a missing one. */
  numbersOf(column: CategoryColumn): Int32Array {
    const { codes, levels } = column;
    const numberByCode = new Int32Array(levels.length).fill(-1);
    const numbers = new Int32Array(codes.length);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row];
      if (code < 0) numbers[row] = -1;
      else {
        if (numberByCode[code] < 0) numberByCode[code] = this.numberOf(levels[code]);
        numbers[row] = numberByCode[code];
      }
    }
    return numbers;
  }

  private numberOf(level: string): number {
    const known = this.numberByLevel.get(level);
    if (known !== undefined) return known;
    this.numberByLevel.set(level, this.levels.length);
    return this.levels.push(level) - 1;
  }
}

export interface LevelRows {
  readonly level: string;
  readonly rows: number;
}

/** Counts the levels of a column that comes in parts. */
export class LevelCounts {
  /** Rows that were counted, missing ones included. */
  rows = 0;
  missing = 0;
  private readonly countByLevel = new Map<string, number>();

  add({ codes, levels }: CategoryColumn): void {
    const counts = new Float64Array(levels.length);
    for (let row = 0; row < codes.length; row++) {
      if (codes[row] < 0) this.missing++;
      else counts[codes[row]]++;
    }
    this.rows += codes.length;
    for (let code = 0; code < counts.length; code++) {
      if (counts[code] === 0) continue;
      this.countByLevel.set(levels[code], (this.countByLevel.get(levels[code]) ?? 0) + counts[code]);
    }
  }

  /** The levels that have a row: the most frequent first, ties by name (code units). */
  byFrequency(): LevelRows[] {
    const all = Array.from(this.countByLevel, ([level, rows]) => ({ level, rows }));
    return all.sort((one, other) => other.rows - one.rows || (one.level < other.level ? -1 : 1));
  }
}
