import type { ColumnSchema, ColumnType } from "@atalaya/learn";
import { errors } from "./errors.js";

/** One column of a dataset; `Value` is what a row holds there. */
export interface Column<Value> {
  /** Never set: carries the type of the values. */
  readonly valueType?: Value;
  readonly schema: Omit<ColumnSchema, "name" | "from"> & { readonly from: readonly string[] | null };
  /** A value, or the whole column, may be missing. */
  optional(): Column<Value | null>;
}

export interface ColumnOptions {
  /** Name in the source, if it is another one; of several the first that is found counts. */
  readonly from?: string | readonly string[];
  /** One sentence for people: forms and documents show it. */
  readonly description?: string;
}

export interface NumberOptions extends ColumnOptions {
  /** Unit of the values, for people: `USD`, `ft²`, `s`. */
  readonly unit?: string;
  /** Inclusive limits in `unit`; a row outside goes to quarantine with that reason. */
  readonly min?: number;
  readonly max?: number;
}

function makeColumn<Value>(schema: Column<Value>["schema"]): Column<Value> {
  return { schema, optional: () => makeColumn<Value | null>({ ...schema, optional: true }) };
}

function plainColumn<Value>(type: ColumnType, options: ColumnOptions, levels?: readonly string[]): Column<Value> {
  const { from, description } = options;
  return makeColumn<Value>({
    type,
    from: from === undefined ? null : typeof from === "string" ? [from] : from,
    optional: false,
    ...(levels === undefined ? {} : { levels }),
    ...(description === undefined ? {} : { description }),
  });
}

function numberColumn(type: "number" | "integer", options: NumberOptions): Column<number> {
  const { unit, min, max } = options;
  const { schema } = plainColumn<number>(type, options);
  return makeColumn<number>({
    ...schema,
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  });
}

function category(options?: ColumnOptions): Column<string>;
function category<const Level extends string>(levels: readonly Level[], options?: ColumnOptions): Column<Level>;
function category(first?: readonly string[] | ColumnOptions, second: ColumnOptions = {}): Column<string> {
  return Array.isArray(first)
    ? plainColumn<string>("category", second, first as readonly string[])
    : plainColumn<string>("category", (first as ColumnOptions | undefined) ?? {});
}

/** The kinds of columns. Each is required unless `.optional()` says otherwise. */
export const column = {
  /** A finite number. */
  number: (options: NumberOptions = {}): Column<number> => numberColumn("number", options),
  /** A whole number. */
  integer: (options: NumberOptions = {}): Column<number> => numberColumn("integer", options),
  /** true or false. */
  boolean: (options: ColumnOptions = {}): Column<boolean> => plainColumn<boolean>("boolean", options),
  /** A moment in UTC. */
  time: (options: ColumnOptions = {}): Column<Date> => plainColumn<Date>("time", options),
  /** Free text or an identifier: a key, or something to ignore; no feature as it is. */
  text: (options: ColumnOptions = {}): Column<string> => plainColumn<string>("text", options),
  /** One of some levels; listed, the set is closed, and another level goes to quarantine. */
  category,
} as const;

export type Columns = Readonly<Record<string, Column<unknown>>>;
export type RowOf<Of extends Columns> = {
  readonly [Name in keyof Of]: Of[Name] extends Column<infer Value> ? Value : never;
};

/** The contract as data. @throws DEFINE_BAD_COLUMN, DEFINE_DUPLICATE_NAME */
export function toColumnSchemas(columns: Columns): ColumnSchema[] {
  const usedBy = new Map<string, string>();
  return Object.entries(columns).map(([name, { schema }]) => {
    checkColumn(name, schema);
    const from = schema.from ?? [name];
    for (const source of from) {
      if (usedBy.has(source)) throw errors.DUPLICATE_NAME({ what: "columns of the source", name: source });
      usedBy.set(source, name);
    }
    return { ...schema, name, from };
  });
}

/** Begin of the names of columns that stored tables carry besides those of the dataset: the line of a row in its batch. */
const RESERVED = "atalaya:";

function checkColumn(name: string, schema: Column<unknown>["schema"]): void {
  if (name.trim() === "") throw errors.BAD_COLUMN({ column: JSON.stringify(name), why: "a column needs a name" });
  if (name.startsWith(RESERVED))
    throw errors.BAD_COLUMN({ column: name, why: `names that start with ${RESERVED} are kept for Atalaya` });
  const { min, max, levels, from } = schema;
  if (from !== null && from.length === 0) throw errors.BAD_COLUMN({ column: name, why: "`from` names no source column" });
  if (min !== undefined && max !== undefined && min > max) {
    throw errors.BAD_COLUMN({ column: name, why: `its range ${min} to ${max} is empty` });
  }
  if (levels !== undefined && levels.length === 0) throw errors.BAD_COLUMN({ column: name, why: "it lists no levels" });
  if (levels !== undefined && new Set(levels).size < levels.length) {
    throw errors.BAD_COLUMN({ column: name, why: "it lists a level twice" });
  }
}
