import { fitDummy, fitLinear } from "../baseline/fit-baseline.js";
import { fitGradientBoosting } from "../gradient-boosting/fit-gradient-boosting.js";
import { fitIsolationForest } from "../isolation-forest/fit-isolation-forest.js";
import { fitRandomForest } from "../random-forest/fit-random-forest.js";
import { ownWorkplace, type Workplace } from "../trees/workplace.js";
import { type LearnerSpecification, resolveParameters, unknownLearner } from "../tune/resolve-parameters.js";
import type { FitOptions, TrainingData } from "./fit-options.js";
import type { FittedModel } from "./model.js";

/**
 * Fits a learner. Synchronous, one thread, deterministic: the same specification, data and seed give the same model.
 *
 * @throws LEARN_LEARNER_UNKNOWN, LEARN_PARAMETER_…, LEARN_TARGET_…, LEARN_NO_FEATURES, LEARN_TOO_FEW_ROWS,
 *         LEARN_FEATURE_NOT_FINITE, LEARN_WEIGHT…, LEARN_FIT_STOPPED
 */
export function fitModel(specification: LearnerSpecification, data: TrainingData, options: FitOptions = {}): FittedModel {
  return fitAt(ownWorkplace, specification, data, options);
}

/** As `fitModel`, with bins and threads of a workplace. */
export function fitAt(
  workplace: Workplace,
  specification: LearnerSpecification,
  data: TrainingData,
  options: FitOptions,
): FittedModel {
  const { learner, parameters } = specification;
  if (learner === "gradientBoosting")
    return fitGradientBoosting(data, resolveParameters(learner, parameters), options, workplace);
  if (learner === "randomForest") return fitRandomForest(data, resolveParameters(learner, parameters), options, workplace);
  if (learner === "isolationForest") return fitIsolationForest(data, resolveParameters(learner, parameters), options);
  if (learner === "linear") return fitLinear(data, resolveParameters(learner, parameters));
  if (learner === "dummy") return fitDummy(data, resolveParameters(learner, parameters));
  throw unknownLearner(learner);
}
