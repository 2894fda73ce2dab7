import type { ColumnSchema, JsonCell } from "@atalaya/learn";

/** The prediction in relation to a size of the row: price per square foot, per bedroom, per acre. */
export interface Insight {
  readonly column: string;
  readonly unit: string | null;
  readonly ratio: number;
}

const SIZE_UNITS = new Set(["ft²", "m²", "sqft", "acre", "ha", "km", "mi", "kg", "t", "h", "kWh"]);
const COUNTED = /^(bed|bath|room|bedroom|bathroom|seat|unit|night|person|people|door)s?$/i;
const MOST = 4;

/** Quotients that mean something: by columns that measure a size or count parts, where the row has more than none of it. */
export function insightsOf(inputs: readonly ColumnSchema[], row: Readonly<Record<string, JsonCell>>, value: number): Insight[] {
  return inputs
    .filter(({ unit, name }) => (unit !== undefined && SIZE_UNITS.has(unit)) || COUNTED.test(name))
    .flatMap((column): Insight[] => {
      const size = row[column.name];
      if (typeof size !== "number" || size <= 0) return [];
      return [{ column: column.name, unit: column.unit ?? null, ratio: value / size }];
    })
    .slice(0, MOST);
}
