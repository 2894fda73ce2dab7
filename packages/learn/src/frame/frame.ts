/**
 * A table in memory, column by column. Missing is NaN in `values` and -1 in `codes`; an infinite number never enters
 * a frame (ingest rejects it). Frames are immutable by convention: whoever builds one gives it away.
 */
export interface Frame {
  readonly rowCount: number;
  /** By column name, in order. A Map, because a column may be called `__proto__`. */
  readonly columns: ReadonlyMap<string, FrameColumn>;
}

export type FrameColumn = NumberColumn | BooleanColumn | TimeColumn | CategoryColumn;

/** Numbers and integers. */
export interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** 1 true, 0 false, NaN missing. */
export interface BooleanColumn {
  readonly kind: "boolean";
  readonly values: Float64Array;
}

/** Milliseconds since 1970-01-01T00:00:00Z, NaN missing. */
export interface TimeColumn {
  readonly kind: "time";
  readonly values: Float64Array;
}

/** Categories and texts: `levels[codes[row]]`, -1 missing. Levels are distinct; their order is that of first appearance. */
export interface CategoryColumn {
  readonly kind: "category";
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}
