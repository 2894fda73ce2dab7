/** A pipeline of the project, as far as its metrics need its declaration. */
export interface WatchedPipeline {
  readonly name: string;
  /** Alias that it promotes to. */
  readonly alias: string;
  /** Limits of its gates. */
  readonly limits: readonly GateLimit[];
  /** How old rows may be; null: it does not say. */
  readonly freshWithinSeconds: number | null;
}

export interface GateLimit {
  readonly metric: string;
  readonly bound: "atLeast" | "atMost";
  readonly limit: number;
}
