/** What one request was answered. Row `n` of it has the prediction id `<id>` when it was sent alone, else `<id>:<n>`. */
export interface PredictionRecord {
  readonly id: string;
  readonly kind: "predict" | "explain";
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly pipeline: string;
  readonly version: number;
  readonly latencyMs: number;
  readonly rows: number;
  /** Text of the JSON list of rows, as they were sent. */
  readonly inputs: string;
  /** Text of the JSON list of predictions. */
  readonly answers: string;
  /** Who asked, as far as it is known. */
  readonly caller: string | null;
  /** Trace of the request, of its `traceparent`. */
  readonly trace: string | null;
}

/** Where predictions are kept. A batch may come again after an error, so writing is idempotent by id. */
export interface PredictionSink {
  write(records: readonly PredictionRecord[]): Promise<void>;
}
