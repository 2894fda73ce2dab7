// What a page needs to answer from a model file by itself: no learner, no metric, nothing that fits.
export type { ModelBundle } from "./bundle/bundle.js";
export { decodeBundle } from "./bundle/decode-bundle.js";
export type { EffectSum, FeatureEffect, InputEffect, RowExplanation } from "./bundle/explanation.js";
export type { AnomalyAnswer, Answer, ClassificationAnswer, RegressionAnswer } from "./bundle/outputs.js";
export { createScorer, type Scorer } from "./bundle/scorer.js";
export type { RowProblem, RowReading } from "./schema/rows-to-frame.js";
