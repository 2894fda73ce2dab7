export type { MatrixStream, SlowMatrixStream, StreamShape } from "./binning/bin-stream.js";
export * from "./bundle/build-bundle.js";
export type * from "./bundle/bundle.js";
export { decodeBundle } from "./bundle/decode-bundle.js";
export { encodeBundle } from "./bundle/encode-bundle.js";
export type { EffectSum, FeatureEffect, InputEffect, RowExplanation } from "./bundle/explanation.js";
export {
  type AnomalyAnswer,
  type Answer,
  type AnswerParts,
  answerOutputs,
  answersOf,
  type ClassificationAnswer,
  type ModelOutputs,
  outputsOf,
  type RegressionAnswer,
} from "./bundle/outputs.js";
export * from "./bundle/replay.js";
export { createScorer, type ExplainedAnswers, type Scorer } from "./bundle/scorer.js";
export type { DecisionCosts } from "./calibration/decision-threshold.js";
export * from "./calibration/fit-answer-parts.js";
export { chiSquare } from "./drift/chi-square.js";
export * from "./drift/distances.js";
export * from "./drift/false-discovery.js";
export { kolmogorovTail } from "./drift/kolmogorov-distribution.js";
export * from "./drift/kolmogorov-smirnov.js";
export * from "./drift/population-stability.js";
export * from "./drift/quantile-sketch.js";
export * from "./drift/sketch-column.js";
export {
  type Explainer,
  type ExplainRow,
  type Explanation,
  explainRaw,
  prepareExplainer,
  prepareRowExplanations,
} from "./explain/explain.js";
export * from "./expression/check.js";
export * from "./expression/evaluate.js";
export type * from "./expression/expression.js";
export * from "./features/check-plan.js";
export * from "./features/derive-columns.js";
export { FeatureFitter, type FitFeaturesOptions, type TrainedFeatures } from "./features/feature-fitter.js";
export type * from "./features/feature-plan.js";
export * from "./features/fit-features.js";
export * from "./features/transform-features.js";
export * from "./frame/as-levels.js";
export * from "./frame/cell.js";
export * from "./frame/column-builder.js";
export * from "./frame/concatenate.js";
export type * from "./frame/frame.js";
export * from "./frame/frame-builder.js";
export { LevelCounts, type LevelRows } from "./frame/level-counts.js";
export { presentValues } from "./frame/present-values.js";
export * from "./frame/select.js";
export { exportOnnx } from "./interop/export-onnx.js";
export { type ColumnFacts, exportXgboostJson } from "./interop/export-xgboost.js";
export { importLightgbmText } from "./interop/import-lightgbm.js";
export { importXgboostJson, importXgboostUbjson } from "./interop/import-xgboost.js";
export type { ForeignFormat, ImportedModel } from "./interop/imported-model.js";
export { anomalyScore, averagePathLength } from "./isolation-forest/path-length.js";
export { provideKernels } from "./kernels/load-kernels.js";
export * from "./metrics/bootstrap.js";
export * from "./metrics/calibration-curve.js";
export * from "./metrics/catalogue.js";
export { confusionMatrix } from "./metrics/classification.js";
export * from "./metrics/evidence.js";
export * from "./metrics/measure.js";
export { fitModel } from "./model/fit-model.js";
export type * from "./model/fit-options.js";
export { fitStream, type SlowStreamedData, type StreamedData } from "./model/fit-stream.js";
export type * from "./model/model.js";
export { createRandom, type Random } from "./random/random.js";
export * from "./schema/column-kind.js";
export type * from "./schema/column-schema.js";
export * from "./schema/describe-input.js";
export * from "./schema/nearest-name.js";
export * from "./schema/parse-time.js";
export * from "./schema/rows-to-frame.js";
export * from "./split/assign-parts.js";
export { PartAssigner, type PartName } from "./split/part-assigner.js";
export type * from "./split/split-plan.js";
export * from "./split/stable-hash.js";
export { type FeatureImportance, featureImportance } from "./trees/feature-importance.js";
export * from "./trees/permutation-importance.js";
export { predictRaw, predictRow } from "./trees/predict.js";
export { gridSearch } from "./tune/grid-search.js";
export * from "./tune/parameter-schema.js";
export { randomSearch } from "./tune/random-search.js";
export { checkParameter, type LearnerSpecification, type ParameterValue, resolveParameters } from "./tune/resolve-parameters.js";
export * from "./tune/search.js";
export * from "./tune/search-space.js";
export type * from "./tune/search-state.js";
export { USUAL_RUNGS } from "./tune/successive-halving.js";
export * from "./validation/cross-validation.js";
