import type { Store } from "@atalaya/store";
import type { PredictionSink } from "./prediction-log.js";

/** Keeps predictions in the table `inference_logs`. A batch that fails midway may come twice; its ids tell. */
export function storedPredictions({ inferences }: Pick<Store, "inferences">): PredictionSink {
  return {
    write: (records) =>
      inferences.record(
        records.map(({ id, kind, at, pipeline, version, rows, predictions, latencyMs }) => ({
          request: id,
          kind,
          at: new Date(at),
          pipeline,
          version,
          rows: rows.length,
          inputs: rows,
          answers: predictions,
          latencyMs,
        })),
      ),
  };
}
