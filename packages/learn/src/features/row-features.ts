import { prepareRowExpression, type RowCell } from "../expression/evaluate-row.js";
import { MILLISECONDS_PER_DAY } from "../expression/time-parts.js";
import type { ColumnSchema } from "../schema/column-schema.js";
import { type CellReader, cellReader } from "../schema/read-value.js";
import { featureKinds } from "./check-plan.js";
import type { FittedEncoder, FittedFeatures } from "./feature-plan.js";

/**
 * Reads one request row and writes its line of the matrix; false, and the line is void, where `rowReader` would find a
 * problem. Equal to the bit to reading a frame of one row and transforming it.
 */
export type RowTransform = (row: unknown, values: Float64Array) => boolean;

/** Writes the matrix columns of one feature. */
type EncodeCell = (cell: RowCell, values: Float64Array) => void;

/** The path of a single request: no frame, no columns. What depends on the features alone is made once. */
export function prepareRow(fitted: FittedFeatures): RowTransform {
  const read = rowCells(fitted.inputs);
  const kinds = featureKinds(fitted);
  const positions = new Map(fitted.inputs.map(({ name }, position) => [name, position]));
  const derived = fitted.derived.map(({ expression }) => prepareRowExpression(expression, positions));
  const places = new Map([...positions, ...fitted.derived.map(({ name }, own) => [name, positions.size + own] as const)]);
  const encoders = fitted.features.map(({ name, encoder, column }) => ({
    place: places.get(name) ?? -1,
    encode: cellEncoder(encoder, column, kinds.get(name) ?? "number"),
  }));
  const cells: RowCell[] = new Array<RowCell>(places.size).fill(null);
  return (row, values) => {
    if (!read(row, cells)) return false;
    for (let own = 0; own < derived.length; own++) cells[positions.size + own] = derived[own](cells);
    for (const { place, encode } of encoders) encode(cells[place], values);
    return true;
  };
}

/** The cells of the inputs, in their order; false where a problem is to be told. */
function rowCells(inputs: readonly ColumnSchema[]): (row: unknown, cells: RowCell[]) => boolean {
  const fields = inputs.map((column): { name: string; optional: boolean; read: CellReader; missing: RowCell } => {
    const { name, optional, type } = column;
    return { name, optional, read: cellReader(column), missing: type === "category" || type === "text" ? null : Number.NaN };
  });
  return (row, cells) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return false;
    const given = row as Readonly<Record<string, unknown>>;
    let present = 0;
    for (let position = 0; position < fields.length; position++) {
      const { name, optional, read, missing } = fields[position];
      // Own fields only: `toString` and the like must not be found on the prototype.
      const has = Object.hasOwn(given, name);
      if (has) present++;
      const value = has ? given[name] : undefined;
      if (value === undefined || value === null) {
        if (!optional) return false;
        cells[position] = missing;
        continue;
      }
      const cell = read(value);
      if (cell === undefined) return false;
      cells[position] = cell;
    }
    return Object.keys(given).length === present;
  };
}

function cellEncoder(encoder: FittedEncoder, column: number, kind: string): EncodeCell {
  switch (encoder.kind) {
    case "number":
      if (kind === "time") {
        return (cell, values) => {
          values[column] = (cell as number) / MILLISECONDS_PER_DAY;
        };
      }
      return (cell, values) => {
        values[column] = cell as number;
      };
    case "levels": {
      const codes = encoder.levels.map((_, code) => code);
      return levelEncoder(encoder.levels, [codes], [Number.NaN], [Number.NaN], column, kind);
    }
    case "targetMean":
      return levelEncoder(encoder.levels, encoder.values, encoder.missing, encoder.fallback, column, kind);
    case "frequency":
      return levelEncoder(encoder.levels, [encoder.values], [Number.NaN], [encoder.fallback], column, kind);
  }
}

/** `valueByLevel`, `missing` and `unseen` have one entry per matrix column of the feature. */
function levelEncoder(
  levels: readonly string[],
  valueByLevel: readonly (readonly number[])[],
  missing: readonly number[],
  unseen: readonly number[],
  column: number,
  kind: string,
): EncodeCell {
  const positionByLevel = new Map(levels.map((level, position) => [level, position]));
  return (cell, values) => {
    const isMissing = cell === null || Number.isNaN(cell);
    const position = isMissing ? undefined : positionByLevel.get(levelOf(cell, kind));
    for (let output = 0; output < valueByLevel.length; output++) {
      if (isMissing) values[column + output] = missing[output];
      else values[column + output] = position === undefined ? unseen[output] : valueByLevel[output][position];
    }
  };
}

/** As `asLevels` has it: any other value than a category as its text. */
function levelOf(cell: RowCell, kind: string): string {
  if (typeof cell === "string") return cell;
  return kind === "boolean" ? String(cell !== 0) : String(cell);
}
