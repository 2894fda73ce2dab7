/** What was true of one answered row. */
export interface TrueLabel {
  readonly pipeline: string;
  /** Id of the answer. */
  readonly request: string;
  /** Row of the request, from 0. */
  readonly position: number;
  readonly label: number | string | boolean;
  readonly caller: string | null;
}

/** An answered row with what was true in the end. */
export interface LabelledRow {
  readonly request: string;
  readonly position: number;
  readonly version: number;
  readonly at: Date;
  readonly input: unknown;
  readonly answer: unknown;
  readonly label: unknown;
}

/** Keeps true labels beside the inference log. */
export interface TruthStore {
  record(labels: readonly TrueLabel[]): Promise<void>;
  labelled(filter: { readonly pipeline: string; readonly since: Date; readonly limit: number }): Promise<readonly LabelledRow[]>;
}
