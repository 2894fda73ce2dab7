import type { LoggedInference, Store } from "@atalaya/store";
import type { PredictionRecord, PredictionSink } from "./prediction-record.js";

/** Keeps predictions in the table `inference_logs`, each request once. */
export function storedPredictions({ inferences }: Pick<Store, "inferences">): PredictionSink {
  return {
    write: (records) => inferences.append(records.map(toInference)),
  };
}

/** Field by field: objects made by spreading were a quarter of what a busy server left to the garbage collector. */
function toInference(record: PredictionRecord): LoggedInference {
  return {
    request: record.id,
    pipeline: record.pipeline,
    version: record.version,
    kind: record.kind,
    rows: record.rows,
    inputs: record.inputs,
    answers: record.answers,
    latencyMs: record.latencyMs,
    at: new Date(record.at),
    caller: record.caller,
    trace: record.trace,
  };
}
