/** What a model of a target can be asked: the type of the target decides, nobody says it twice. */
export interface Regression {
  readonly kind: "regression";
  readonly output: { readonly value: number };
}
export interface Classification<Label extends string> {
  readonly kind: "classification";
  readonly output: { readonly label: Label; readonly probability: Readonly<Record<Label, number>> };
}
export interface Anomaly {
  readonly kind: "anomaly";
  readonly output: { readonly score: number; readonly alert: boolean };
}
export type Task = Regression | Classification<string> | Anomaly;

export type TaskFor<Value> = [Value] extends [never]
  ? Anomaly
  : [Value] extends [number]
    ? Regression
    : [Value] extends [boolean]
      ? Classification<"true" | "false">
      : [Value] extends [string]
        ? Classification<Value>
        : never;

/** Metric names by task; their definitions are scikit-learn's (see the metrics of `@atalaya/learn`). */
export interface MetricsByTask {
  regression: "rmse" | "mae" | "r2" | "mape" | "medianAbsoluteError";
  classification:
    | "accuracy"
    | "auroc"
    | "weightedAuroc"
    | "averagePrecision"
    | "logLoss"
    | "brier"
    | "macroF1"
    | "weightedF1"
    | "macroPrecision"
    | "macroRecall";
  anomaly:
    | "alertRate"
    | "scoreStability"
    | "precisionAtBudget"
    | "recallAtBudget"
    | "auroc"
    | "averagePrecision"
    | "injectedAuroc";
}
export type MetricOf<Of extends Task> =
  | MetricsByTask[Of["kind"]]
  /** One class against the rest, where there are three or more: `auroc(<30)`. */
  | (Of extends Classification<infer Label> ? `${"auroc" | "averagePrecision"}(${Label})` : never);
