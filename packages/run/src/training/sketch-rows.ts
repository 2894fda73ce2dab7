import {
  asLevels,
  deriveColumns,
  type FeaturePlan,
  type FrameColumn,
  LevelCounts,
  type ReferenceSketch,
  sketchColumn,
  sketchLevels,
} from "@atalaya/learn";
import type { RowStream } from "../rows/row-stream.js";

/** Numbers that are gathered at a time, to be sorted: 8 bytes each, twice. */
const GATHERED_CELLS = 12_000_000;

/**
 * Sketches of every input and derived value, as `makeReference` makes them of rows in memory: quantiles are exact. Of many rows
 * a few columns are gathered at a time, for each of which the rows are read once.
 */
export async function sketchRows(plan: Pick<FeaturePlan, "inputs" | "derived">, rows: RowStream): Promise<ReferenceSketch[]> {
  const names = [...plan.inputs, ...plan.derived].map(({ name }) => name);
  const atOnce = Math.max(1, Math.floor(GATHERED_CELLS / Math.max(1, rows.rowCount)));
  const sketches: ReferenceSketch[] = [];
  for (let first = 0; first < names.length; first += atOnce) {
    const sketchers = names.slice(first, first + atOnce).map((name) => new ColumnSketcher(name, rows.rowCount));
    await eachDerived(plan, rows, new Set(names.slice(first, first + atOnce)), (columns, firstRow) => {
      for (const sketcher of sketchers) sketcher.add(columns.get(sketcher.name), firstRow);
    });
    sketches.push(...sketchers.map((sketcher) => sketcher.finish()));
  }
  return sketches;
}

/** Some inputs and derived values of all rows, block by block. */
export async function eachDerived(
  { inputs, derived }: Pick<FeaturePlan, "inputs" | "derived">,
  rows: RowStream,
  wanted: ReadonlySet<string>,
  take: (columns: ReadonlyMap<string, FrameColumn>, firstRow: number) => void,
): Promise<void> {
  const ownDerived = derived.filter(({ name }) => wanted.has(name));
  const read = ownDerived.length > 0 ? inputs : inputs.filter(({ name }) => wanted.has(name));
  const names = read.map(({ name }) => name);
  for await (const { frame, firstRow } of rows.blocks(names)) {
    take(deriveColumns({ inputs: read, derived: ownDerived }, frame).columns, firstRow);
  }
}

/** Gathers one column: the values of numbers and times, the counts of levels. */
class ColumnSketcher {
  #numbers: Float64Array | null = null;
  #kind: "number" | "time" = "number";
  readonly #counts = new LevelCounts();

  constructor(
    readonly name: string,
    readonly rowCount: number,
  ) {}

  add(column: FrameColumn | undefined, firstRow: number): void {
    if (column === undefined) return;
    if (column.kind === "category" || column.kind === "boolean") {
      this.#counts.add(asLevels(column));
      return;
    }
    this.#kind = column.kind;
    this.#numbers ??= new Float64Array(this.rowCount);
    this.#numbers.set(column.values, firstRow);
  }

  finish(): ReferenceSketch {
    if (this.#numbers === null) return sketchLevels(this.name, this.#counts);
    return sketchColumn(this.name, { kind: this.#kind, values: this.#numbers });
  }
}
