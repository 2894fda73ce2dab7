export type ColumnType = "number" | "integer" | "category" | "text" | "boolean" | "time";

/** One column of a dataset's contract, as data: it travels from the declaration into every model's request schema. */
export interface ColumnSchema {
  /** Name in the project and in requests. */
  readonly name: string;
  /** Names in the source, the first that is found counts. */
  readonly from: readonly string[];
  readonly type: ColumnType;
  /** Unit of the values, for people: `USD`, `ft²`, `s`. */
  readonly unit?: string;
  /** Inclusive limits of number and integer columns, in `unit`. */
  readonly min?: number;
  readonly max?: number;
  /** Closed set of levels of a category; absent: any level. */
  readonly levels?: readonly string[];
  /** True: a value, or the whole column, may be missing. */
  readonly optional: boolean;
  /** One sentence for people: forms and documents show it. */
  readonly description?: string;
}
