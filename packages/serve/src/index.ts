export type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
export type * from "./answers/explanation.js";
export type * from "./answers/prediction.js";
export type { AnswerHead, ExplainAnswer, ExplainedPrediction, PredictAnswer } from "./answers/score-request.js";
export type { ClientSubject } from "./clients/client-names.js";
export { pythonClient } from "./clients/python-client.js";
export { typescriptClient } from "./clients/typescript-client.js";
export { errors as serveErrors } from "./errors.js";
export { answerProblems } from "./http/answer-problems.js";
export type { AnswerStore } from "./http/answer-store.js";
export type { PipelineReadiness } from "./http/health-routes.js";
export { measureRequests } from "./http/measure-requests.js";
export { type PredictionRoutesOptions, predictionRoutes } from "./http/plugin.js";
export {
  createPredictionServer,
  type PredictionServer,
  type PredictionServerOptions,
  type StartedPredictionServer,
  startPredictionServer,
} from "./http/server.js";
export { type LastGoodModels, lastGoodModels } from "./models/last-good.js";
export type * from "./models/model-source.js";
export { openBundle } from "./models/open-bundle.js";
export { registryModels } from "./models/registry-models.js";
export type { OpenModel, Row, ScoringModel } from "./models/scoring-model.js";
export type { ServedModel } from "./models/served-model.js";
export type { ServedPipeline } from "./models/served-pipeline.js";
export type { ServingRules } from "./models/serving-rules.js";
export { importOnnx, type OnnxImport } from "./onnx/import-onnx.js";
export { hasOnnxRuntime } from "./onnx/onnx-runtime.js";
export type { PredictionRecord, PredictionSink } from "./prediction-log/prediction-record.js";
export { storedPredictions } from "./prediction-log/stored-predictions.js";
export type { Problem } from "./problems/problem.js";
export {
  type AnsweredRequest,
  createPredictionService,
  type PredictionService,
  type PredictionServiceOptions,
  type ServiceLogger,
} from "./service.js";
export { liveQuality } from "./truth/live-quality.js";
export type { LabelledRow, TrueLabel, TruthStore } from "./truth/truth-store.js";
export { storedUpkeep } from "./upkeep/stored-upkeep.js";
export type { UpkeepStore } from "./upkeep/upkeep.js";
