import type { Store } from "@atalaya/store";
import type { PredictionSink } from "./prediction-record.js";

/** Keeps predictions in the table `inference_logs`, each request once. */
export function storedPredictions({ inferences }: Pick<Store, "inferences">): PredictionSink {
  return {
    write: (records) => inferences.append(records.map(({ id, at, ...record }) => ({ ...record, request: id, at: new Date(at) }))),
  };
}
