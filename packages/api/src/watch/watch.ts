import { decodeBundle } from "@atalaya/learn";
import { isOnnxBundle, type Registry } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import { type BatchDrift, batchDrift } from "./batch-drift.js";
import { type DriftDecision, driftDecisions } from "./drift-decisions.js";
import { type PredictionDrift, predictionDrift } from "./prediction-drift.js";
import { type RequestDrift, requestDrift } from "./request-drift.js";
import type { RequestCounts, RequestLog } from "./request-log.js";
import { BUCKETS, type LatencyBucket, latencyByTime, type Traffic, trafficOf } from "./traffic.js";

/** What is asked of a pipeline, and whether it still looks like training. */
export interface Watch {
  readonly pipeline: string;
  readonly traffic: Traffic;
  /** One for each stretch of `traffic`. */
  readonly latency: readonly LatencyBucket[];
  /** Requests by how they ended, counted by this process since it began. */
  readonly endings: { readonly since: string; readonly buckets: readonly (RequestCounts & { readonly from: string })[] };
  /** null: no version is live. */
  readonly requests: RequestDrift | null;
  /** null: no version is live, or it does not say how it predicted in training. */
  readonly predictions: PredictionDrift | null;
  /** null: no version is live, or no batch was accepted. */
  readonly batch: BatchDrift | null;
  /** On batches, the newest first. */
  readonly decisions: readonly DriftDecision[];
}

const MOST_DECISIONS = 200;

/** Everything that the Watch screen shows of a pipeline, over the last hours. */
export async function watchPipeline(
  { store, registry, requests }: { readonly store: Store; readonly registry: Registry; readonly requests: RequestLog },
  { pipeline, alias, hours }: { readonly pipeline: string; readonly alias: string; readonly hours: number },
  now = new Date(),
): Promise<Watch> {
  const bucketMs = (hours * 3_600_000) / BUCKETS;
  const start = new Date(now.getTime() - hours * 3_600_000);
  const live = await registry.aliasOf(pipeline, alias);
  const bytes = live === null ? null : (await registry.loadBundle(pipeline, { version: live.version })).bytes;
  // A model that came in as ONNX tells no distributions to compare with.
  const bundle = bytes === null || isOnnxBundle(bytes) ? null : decodeBundle(bytes);
  const span = { start, bucketSeconds: bucketMs / 1_000, count: BUCKETS };
  const [traffic, latency, drift, predictions, batch, decisions] = await Promise.all([
    trafficOf(store, pipeline, hours, now),
    latencyByTime(store, pipeline, span),
    live === null || bundle === null ? null : requestDrift(store, bundle, pipeline, live.version),
    bundle === null ? null : predictionDrift(store, bundle, pipeline, span),
    bundle === null ? null : batchDrift(store, bundle, pipeline),
    driftDecisions(store, pipeline, MOST_DECISIONS),
  ]);
  const endings = requests.buckets(pipeline, start.getTime(), bucketMs, BUCKETS);
  return {
    pipeline,
    traffic,
    latency,
    endings: {
      since: new Date(requests.since).toISOString(),
      buckets: endings.map((counts, at) => ({ from: new Date(start.getTime() + at * bucketMs).toISOString(), ...counts })),
    },
    requests: drift,
    predictions,
    batch,
    decisions,
  };
}
