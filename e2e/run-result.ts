/** What `atalaya run <pipeline> --json` ends with, as a stranger reads it. */
export interface RunResult {
  readonly pipeline: string;
  readonly run: string;
  readonly version: number | null;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number };
  readonly model: string | null;
  readonly seconds: number;
}
