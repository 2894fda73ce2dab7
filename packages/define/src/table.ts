/** Rows as the user's own code sees them in `.step` and `.trainOnly`: it may drop, sample or order rows, not change them. */
export interface Table<Row> extends Iterable<Row> {
  readonly rows: number;
  filter(keep: (row: Row) => boolean): Table<Row>;
  /** The rows at these positions, in this order. */
  pick(positions: Iterable<number>): Table<Row>;
}

/** What a `.step` may use besides its rows. */
export interface StepContext {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Keeps a fact with the run, for the audit row. */
  note(key: string, value: number | string | boolean | null): void;
}

/** Rows here are of any shape: the typed front of the language has checked the function against its dataset. */
export type RowStep = (table: Table<never>, run: StepContext) => Table<unknown> | Promise<Table<unknown>>;
export type RowFilter = (table: Table<never>) => Table<unknown>;
