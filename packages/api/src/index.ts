export { type Trace, type TracedPrediction, type TracedVersion, trace } from "./audit/trace.js";
export type { BatchDetail, BatchSummary, DatasetSummary, PipelineData } from "./data/batches.js";
export { type ConsoleEvent, createEventHub, type EventHub } from "./events/event-hub.js";
export type { LiveRun, LiveStep, StepStatus } from "./events/live-run.js";
export type { ConsoleOptions } from "./http/console-options.js";
export { addConsole } from "./http/console-routes.js";
export { type FactMetricsOptions, factMetrics } from "./metrics/fact-metrics.js";
export { addRunMetrics } from "./metrics/run-metrics.js";
export { addStoreMetrics } from "./metrics/store-metrics.js";
export type { GateLimit, WatchedPipeline } from "./metrics/watched-pipeline.js";
export type { CommentSummary } from "./models/comments.js";
export type {
  AliasMoveSummary,
  Lineage,
  LineageBatch,
  PipelineModels,
  VersionDetail,
  VersionSummary,
} from "./models/versions.js";
export type { Attention } from "./overview/attention.js";
export type { KnownPipeline, Overview, PipelineOverview } from "./overview/overview.js";
export type { RunPage, RunSummary } from "./runs/list-runs.js";
export { type BegunRun, createRunControl, type RunCarrier, type RunControl } from "./runs/run-control.js";
export type { RunDetail, RunStep, RunTrial } from "./runs/show-run.js";
export type { BatchDrift } from "./watch/batch-drift.js";
export type { DriftDecision } from "./watch/drift-decisions.js";
export type { PredictionBucket, PredictionDrift } from "./watch/prediction-drift.js";
export type { ColumnDrift, RequestDrift } from "./watch/request-drift.js";
export type { RequestCounts } from "./watch/request-log.js";
export type { LatencyBucket, Traffic, TrafficBucket } from "./watch/traffic.js";
export type { Watch } from "./watch/watch.js";
