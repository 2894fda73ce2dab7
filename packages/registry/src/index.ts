export type { AliasChange, AliasListener } from "./alias-watch.js";
export type { AliasMove, AliasMoveEntry, AliasRemoval, AliasState, Promotion, Rollback } from "./aliases.js";
export * from "./artifacts.js";
export { billOfMaterials } from "./cards/bill-of-materials.js";
export { cardMarkdown } from "./cards/card-markdown.js";
export { evidenceBundle } from "./cards/evidence.js";
export { type ModelCard, modelCard } from "./cards/model-card.js";
export { addComment, type Comment, listComments } from "./comments.js";
export * from "./foreign/onnx-bundle.js";
export { type MirrorStatus, mirrorStatus } from "./mirror-status.js";
export {
  createModel,
  deleteModel,
  deleteModelTag,
  describeModel,
  findModel,
  type RegisteredModel,
  renameModel,
  searchModels,
  setModelTag,
} from "./models/registered-models.js";
export * from "./models/registered-versions.js";
export { type LoadedBundle, type ModelHistory, openRegistry, type Registry, type RegistryOptions } from "./registry.js";
export { type Collected, type CollectOptions, collect } from "./retention/collect.js";
export type { Clause, Comparator, Order, RunSearch } from "./tracking/clauses.js";
export type { Fragment, Page, Stage, Tags } from "./tracking/database.js";
export * from "./tracking/experiments.js";
export * from "./tracking/inputs.js";
export * from "./tracking/log-batch.js";
export {
  createLoggedModel,
  deleteLoggedModelTag,
  findLoggedModel,
  type LoggedModel,
  logModelMetrics,
  searchLoggedModels,
  updateLoggedModel,
} from "./tracking/logged-models.js";
export * from "./tracking/metrics.js";
export { withContent } from "./tracking/run-content.js";
export {
  createRun,
  type DatasetInput,
  deleteRunTag,
  findRun,
  type KeyValue,
  lastOfEach,
  type Metric,
  moveRun,
  type RunInfo,
  type RunStatus,
  runRevision,
  type TrackedRun,
  updateRun,
} from "./tracking/runs.js";
export { searchRuns, searchRunsFor } from "./tracking/search-runs.js";
export type { ModelVersion, NewVerdict, NewVersion, VerdictEntry, VersionChoice } from "./versions.js";
export { type DeliveryOptions, deliverWebhooks } from "./webhooks/deliver.js";
export { addWebhook, listWebhooks, removeWebhook, type Webhook, type WebhookEvent, webhookEvents } from "./webhooks/webhooks.js";
