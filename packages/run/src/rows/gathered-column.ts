import type { FrameColumn } from "@atalaya/learn";

/** A column of rows that come block by block, in memory: 8 bytes a row, or 4 of a category. */
export class GatheredColumn {
  readonly #values: Float64Array | null;
  readonly #codes: Int32Array | null;
  readonly #levels: string[] = [];
  readonly #codeByLevel = new Map<string, number>();

  constructor(
    readonly kind: FrameColumn["kind"],
    rowCount: number,
  ) {
    this.#values = kind === "category" ? null : new Float64Array(rowCount);
    this.#codes = kind === "category" ? new Int32Array(rowCount) : null;
  }

  /** Rows from `firstRow` on; of the kind that the first ones were. */
  add(column: FrameColumn, firstRow: number): void {
    if (column.kind !== this.kind) throw new TypeError(`a column of kind ${this.kind} goes on as ${column.kind}`);
    if (column.kind !== "category") {
      this.#values?.set(column.values, firstRow);
      return;
    }
    const merged = Int32Array.from(column.levels, (level) => this.#codeOf(level));
    const { codes } = column;
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      this.#codes![firstRow + row] = code < 0 ? -1 : merged[code]!;
    }
  }

  #codeOf(level: string): number {
    const known = this.#codeByLevel.get(level);
    if (known !== undefined) return known;
    this.#codeByLevel.set(level, this.#levels.length);
    return this.#levels.push(level) - 1;
  }

  build(): FrameColumn {
    if (this.kind === "category") return { kind: this.kind, codes: this.#codes!, levels: this.#levels };
    return { kind: this.kind, values: this.#values! };
  }
}
