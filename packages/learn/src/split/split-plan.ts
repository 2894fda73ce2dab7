/** How rows are divided into training, validation and test part, as data. Shares are of all rows; the rest trains. */
export type SplitPlan = ShuffledSplit | TimeSplit | GroupSplit | LevelSplit;

export interface ShuffledSplit {
  readonly kind: "shuffled";
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
  /** Column whose levels are to have the same share in every part; null: none. */
  readonly stratify: string | null;
}

/** The newest rows are the test part, those before them the validation part. */
export interface TimeSplit {
  readonly kind: "byTime";
  readonly column: string;
  readonly test: number;
  readonly validation: number;
}

/** Rows with equal values in all these columns stay on one side. */
export interface GroupSplit {
  readonly kind: "byGroup";
  readonly columns: readonly string[];
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
  readonly stratify: string | null;
}

/** The data say it themselves: rows whose column holds one of these levels are test (or validation) rows. */
export interface LevelSplit {
  readonly kind: "byLevel";
  readonly column: string;
  readonly test: readonly string[];
  readonly validation: readonly string[];
}
