export type { AnswersOf } from "./answers.js";
export { type Column, type ColumnOptions, type Columns, column, type NumberOptions, type RowOf } from "./columns.js";
export { type CronSchedule, lastDue, nextDue, parseCron } from "./cron.js";
export {
  type Dataset,
  dataset,
  type Encoder,
  type FeatureSpecification,
  type Features,
  frequency,
  native,
  ordinal,
  type Shape,
  targetMean,
} from "./dataset.js";
export type * from "./definition.js";
export { describeDefinition } from "./description.js";
export { type Durable, type DurableDefinition, type DurableRun, durable, isDurable } from "./durable.js";
export { errors as defineErrors } from "./errors.js";
export {
  type AnyExpression,
  BooleanExpression,
  CategoryExpression,
  NumberExpression,
  type NumberLike,
  type References,
  TimeExpression,
} from "./expressions.js";
export * from "./gates.js";
export * from "./learners.js";
export * from "./pipeline.js";
export type { Executor, Placement, RunsOnOptions, StepName } from "./placement.js";
export { toFeaturePlan } from "./plan.js";
export { quantileRange } from "./rows.js";
export type { ExplainPart, PredictPart, ServeOptions } from "./serving.js";
export {
  type FileOptions,
  files,
  type HttpOptions,
  httpBatches,
  parquetFiles,
  postgresRows,
  type RowsOptions,
  type Source,
  setting,
} from "./sources.js";
export { byGroup, byLevel, byTime, type Parts, type Split, shuffled } from "./splits.js";
export type * from "./table.js";
export type * from "./tasks.js";
export { afterRows, cron, type DriftRule, onNewBatch, type Trigger, whenDrifted } from "./triggers.js";
