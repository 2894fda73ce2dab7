import { type ColumnSchema, type JsonCell, nearestName } from "@atalaya/learn";

/** Which column of a file is which input of the model. */
export interface ColumnMapping {
  /** Position in the file by input; inputs that are not in the file are left out. */
  readonly positions: ReadonlyMap<string, number>;
  /** Columns of another name that are read as an input. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** Inputs that the model cannot do without and the file lacks. */
  readonly missing: readonly string[];
  /** Optional inputs that the file lacks: unknown in every row. */
  readonly unknown: readonly string[];
  /** Columns that the model does not know. */
  readonly ignored: readonly string[];
}

/** By the input's own name first, then by its names in the source, then by the nearest name. */
export function mapColumns(header: readonly string[], inputs: readonly ColumnSchema[]): ColumnMapping {
  const positions = new Map<string, number>();
  const taken = new Set<number>();
  const renamed: { from: string; to: string }[] = [];
  const take = (input: ColumnSchema, position: number): void => {
    if (position < 0 || taken.has(position) || positions.has(input.name)) return;
    positions.set(input.name, position);
    taken.add(position);
    if (header[position] !== input.name) renamed.push({ from: header[position] ?? "", to: input.name });
  };
  for (const input of inputs) take(input, header.indexOf(input.name));
  for (const input of inputs) for (const name of input.from) take(input, header.indexOf(name));
  for (const input of inputs) {
    const free = header.filter((_, position) => !taken.has(position));
    const near = positions.has(input.name) ? null : nearestName(input.name, free);
    if (near !== null) take(input, header.indexOf(near));
  }
  const absent = inputs.filter(({ name }) => !positions.has(name));
  return {
    positions,
    renamed,
    missing: absent.filter(({ optional }) => !optional).map(({ name }) => name),
    unknown: absent.filter(({ optional }) => optional).map(({ name }) => name),
    ignored: header.filter((_, position) => !taken.has(position)),
  };
}

const TRUE = new Set(["true", "yes", "1", "t", "y"]);
const FALSE = new Set(["false", "no", "0", "f", "n"]);

/** A cell as a request carries it; an empty one is unknown. What is no value of the column's type stays text: the model's own reading refuses it by name. */
export function readCell(column: ColumnSchema, text: string): JsonCell {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  switch (column.type) {
    case "number":
    case "integer": {
      const number = Number(trimmed);
      return Number.isFinite(number) ? number : trimmed;
    }
    case "boolean": {
      const word = trimmed.toLowerCase();
      return TRUE.has(word) ? true : FALSE.has(word) ? false : trimmed;
    }
    case "time": {
      const isBare = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(trimmed);
      return isBare ? `${trimmed.replace(" ", "T")}Z` : trimmed;
    }
    case "category":
    case "text":
      // A number that a program wrote with a fraction (98059.0) is still that level.
      return /^\d+\.0$/.test(trimmed) && !(column.levels?.includes(trimmed) ?? false) ? trimmed.slice(0, -2) : trimmed;
  }
}

/** One line of CSV. Text that a spreadsheet would carry out as a formula is made harmless. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells
    .map((cell) => {
      if (cell === null) return "";
      if (typeof cell === "number") return String(cell);
      const safe = /^[=+@\t\r]/.test(cell) || /^-[^\d.]/.test(cell) ? `'${cell}` : cell;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(",")}\r\n`;
}
