import type { Frame } from "../frame/frame.js";
import type { Target } from "../model/model.js";
import { FeatureFitter, type FitFeaturesOptions } from "./feature-fitter.js";
import type { FeatureMatrix, FeaturePlan, FittedFeatures } from "./feature-plan.js";

/**
 * Fits encoders on the training part and gives its matrix. `transformFeatures(fitted, frame)` gives every other row's;
 * it differs from `trainingMatrix` only in target means, which are out-of-fold here.
 *
 * @param frame   training rows with the plan's input columns
 * @param target  one value per row; null for anomaly scoring
 * @throws LEARN_FEATURE_*, LEARN_EXPRESSION_*, LEARN_FRAME_*
 */
export function fitFeatures(
  plan: FeaturePlan,
  frame: Frame,
  target: Target | null,
  options: FitFeaturesOptions,
): { fitted: FittedFeatures; trainingMatrix: FeatureMatrix } {
  const fitter = new FeatureFitter(plan, target, frame.rowCount, options);
  if (fitter.readsRows) fitter.add(frame);
  const trained = fitter.finish();
  return { fitted: trained.fitted, trainingMatrix: trained.matrixOf(frame, 0) };
}
