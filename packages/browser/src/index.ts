import { createScorer, decodeBundle, type Scorer } from "@atalaya/learn/browser";

export type {
  AnomalyAnswer,
  Answer,
  ClassificationAnswer,
  EffectSum,
  FeatureEffect,
  InputEffect,
  ModelBundle,
  RegressionAnswer,
  RowExplanation,
  RowProblem,
  RowReading,
  Scorer,
} from "@atalaya/learn/browser";
export { createScorer, decodeBundle };

/**
 * A model file as a model that answers and explains, in a page, a worker or Node: the same bits everywhere.
 *
 * @param bytes  a bundle, as `atalaya models export --format bundle` writes it
 * @throws LEARN_BUNDLE_… when the bytes are no model file, or one of a newer release
 */
export function openModel(bytes: Uint8Array): Scorer {
  return createScorer(decodeBundle(bytes));
}
