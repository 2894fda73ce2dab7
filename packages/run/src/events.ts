/** What a run says while it goes on: for a terminal, a log, the console. Times are milliseconds since 1970. */
export type RunEvent =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly pipeline: string;
      readonly resumed: boolean;
      readonly steps: readonly string[];
      readonly at: number;
    }
  | { readonly type: "step-started"; readonly run: string; readonly pipeline: string; readonly step: string; readonly at: number }
  /** `done` of `total` (null: unknown) in `unit` (rows, batches, trials); `text` says more, for people. */
  | {
      readonly type: "step-progress";
      readonly run: string;
      readonly pipeline: string;
      readonly step: string;
      readonly done: number;
      readonly total: number | null;
      readonly unit: string;
      readonly text: string | null;
      readonly at: number;
    }
  | {
      readonly type: "step-done";
      readonly run: string;
      readonly pipeline: string;
      readonly step: string;
      /** One line about the outcome: `21,613 rows in 5 batches`. */
      readonly summary: string;
      /** True when an earlier process had done it and it was not repeated. */
      readonly replayed: boolean;
      readonly seconds: number;
      readonly at: number;
    }
  | {
      readonly type: "run-done";
      readonly run: string;
      readonly pipeline: string;
      readonly result: RunResult;
      readonly at: number;
    }
  | {
      readonly type: "run-failed";
      readonly run: string;
      readonly pipeline: string;
      readonly code: string;
      readonly message: string;
      readonly at: number;
    }
  /** Something worth telling that is no failure: a batch repeated, a column new. */
  | {
      readonly type: "note";
      readonly run: string;
      readonly pipeline: string;
      readonly step: string;
      readonly text: string;
      readonly at: number;
    };

/** What `atalaya run <pipeline> --json` ends with. */
export interface RunResult {
  readonly pipeline: string;
  readonly run: string;
  /** Version in the registry; null when nothing was trained (not enough data). */
  readonly version: number | null;
  /**
   * `waiting`: a batch came, and nothing asked for training. `done`: a durable workflow, or one part of a pipeline, which judges
   * nothing.
   */
  readonly verdict: "promoted" | "refused" | "not-enough-data" | "waiting" | "done";
  /** One line per gate, or why nothing was trained. */
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number };
  /** SHA-256 of the bundle. */
  readonly model: string | null;
  readonly seconds: number;
}
