import { checkMetric, type MetricName } from "./catalogue.js";
import {
  accuracy,
  brier,
  classScores,
  confusionMatrix,
  logLoss,
  macroMean,
  mostProbable,
  weightedMean,
} from "./classification.js";
import {
  type AnomalyEvidence,
  type ClassificationEvidence,
  checkEvidence,
  type Evidence,
  evidenceRows,
  type RegressionEvidence,
} from "./evidence.js";
import { areaUnderRoc, averagePrecision, countPositives, rankCorrelation, withinBudget } from "./ranking.js";
import { mae, mape, medianAbsoluteError, r2, rmse } from "./regression.js";

/** A metric's value, or the reason why these rows do not have one. */
export type Measurement = { readonly value: number } | { readonly notMeasured: string };
export type Measurements = { readonly [Name in MetricName]?: Measurement };

/**
 * The named metrics of the evidence's task. What cannot be measured (no rows, no labels, one class only) says so and
 * why; it is never NaN and never counted as 0.
 *
 * @throws LEARN_METRIC_UNKNOWN for a metric of another task, LEARN_METRIC_INPUT_INVALID
 */
export function measure(names: readonly string[], evidence: Evidence): Measurements {
  checkEvidence(evidence);
  const measureOne = measurer(evidence);
  const measured = names.map((name) => {
    const metric = checkMetric(name, evidence.task);
    return [metric, evidenceRows(evidence) === 0 ? { notMeasured: "there are no rows" } : measureOne(metric)] as const;
  });
  return Object.fromEntries(measured);
}

function measurer(evidence: Evidence): (metric: MetricName) => Measurement {
  switch (evidence.task) {
    case "regression":
      return (metric) => measureRegression(metric, evidence);
    case "classification": {
      const predicted = predictedClasses(evidence);
      return (metric) => measureClassification(metric, evidence, predicted);
    }
    case "anomaly":
      return (metric) => measureAnomaly(metric, evidence);
  }
}

/** Two classes with a threshold: the second from there on; else the most probable class. */
export function predictedClasses({ probability, decisionThreshold, classes }: ClassificationEvidence): Int32Array {
  if (decisionThreshold === undefined || classes.length !== 2) return mostProbable(probability);
  return Int32Array.from(probability[1], (value) => (value >= decisionThreshold ? 1 : 0));
}

function measureRegression(metric: MetricName, { truth, predicted, weights: given }: RegressionEvidence): Measurement {
  const weights = given ?? null;
  switch (metric) {
    case "rmse":
      return { value: rmse(truth, predicted, weights) };
    case "mae":
      return { value: mae(truth, predicted, weights) };
    case "mape":
      return { value: mape(truth, predicted, weights) };
    case "medianAbsoluteError":
      return { value: medianAbsoluteError(truth, predicted, weights) };
    case "r2":
      return truth.length < 2 ? { notMeasured: "one row has no variance" } : { value: r2(truth, predicted, weights) };
    default:
      return { notMeasured: "not a metric of numbers" };
  }
}

function measureClassification(metric: MetricName, evidence: ClassificationEvidence, predicted: Int32Array): Measurement {
  const { truth, probability, classes } = evidence;
  const weights = evidence.weights ?? null;
  const scores = () => classScores(confusionMatrix(truth, predicted, classes.length, weights));
  switch (metric) {
    case "accuracy":
      return { value: accuracy(truth, predicted, weights) };
    case "logLoss":
      return { value: logLoss(truth, probability, weights) };
    case "brier":
      return { value: brier(truth, probability, weights) };
    case "macroF1":
      return { value: macroMean(scores(), "f1") };
    case "weightedF1":
      return { value: weightedMean(scores(), "f1") };
    case "macroPrecision":
      return { value: macroMean(scores(), "precision") };
    case "macroRecall":
      return { value: macroMean(scores(), "recall") };
    case "auroc":
      return meanOverClasses(evidence, areaUnderRoc, "macro");
    case "weightedAuroc":
      return meanOverClasses(evidence, areaUnderRoc, "weighted");
    case "averagePrecision":
      return meanOverClasses(evidence, averagePrecision, "macro");
    default:
      return { notMeasured: "not a metric of classes" };
  }
}

/**
 * Two classes: the second against the first. More: the mean of each against the rest, which needs rows of every class;
 * `weighted`: each counts by its true rows.
 */
function meanOverClasses(
  { truth, probability, classes, weights: given }: ClassificationEvidence,
  rank: (scores: Float64Array, isPositive: Uint8Array, weights: Float64Array | null) => number,
  average: "macro" | "weighted",
): Measurement {
  const weights = given ?? null;
  const isOwn = (own: number) => Uint8Array.from(truth, (code) => (code === own ? 1 : 0));
  const shares = classes.map((_, own) => countPositives(isOwn(own), weights));
  const absent = classes.find((_, own) => shares[own] === 0);
  if (absent !== undefined) return { notMeasured: `no row is of class ${JSON.stringify(absent)}` };
  if (classes.length === 1) return { notMeasured: "there is only one class" };
  if (classes.length === 2) return { value: rank(probability[1], isOwn(1), weights) };
  const weightBy = (own: number) => (average === "macro" ? 1 : shares[own]);
  const total = classes.reduce((sum, _, own) => sum + weightBy(own), 0);
  const sum = classes.reduce((before, _, own) => before + weightBy(own) * rank(probability[own], isOwn(own), weights), 0);
  return { value: sum / total };
}

function measureAnomaly(metric: MetricName, evidence: AnomalyEvidence): Measurement {
  const { scores, alertThreshold } = evidence;
  switch (metric) {
    case "alertRate":
      return { value: scores.reduce((alerts, score) => alerts + (score >= alertThreshold ? 1 : 0), 0) / scores.length };
    case "scoreStability":
      return measureStability(evidence);
    case "auroc":
    case "averagePrecision":
    case "precisionAtBudget":
    case "recallAtBudget":
      return measureDetection(metric, evidence);
    default:
      return { notMeasured: "not a metric of anomalies" };
  }
}

function measureStability({ scores, otherScores }: AnomalyEvidence): Measurement {
  if (otherScores === null) return { notMeasured: "there is no second forest" };
  const isConstant = (values: Float64Array) => values.every((value) => value === values[0]);
  if (isConstant(scores) || isConstant(otherScores)) return { notMeasured: "every row has the same score" };
  return { value: rankCorrelation(scores, otherScores) };
}

/** Rows of unknown label are left out: they are neither right nor wrong. */
function measureDetection(
  metric: "auroc" | "averagePrecision" | "precisionAtBudget" | "recallAtBudget",
  { scores: allScores, labels, budget }: AnomalyEvidence,
): Measurement {
  const isKnown = (_: unknown, row: number) => labels !== null && labels[row] >= 0;
  const scores = allScores.filter(isKnown);
  if (labels === null || scores.length === 0) return { notMeasured: "no row has a label" };
  const isAnomaly = Uint8Array.from(labels.filter(isKnown));
  const anomalies = countPositives(isAnomaly);
  if (anomalies === 0) return { notMeasured: "no labelled row is an anomaly" };
  if (anomalies === scores.length) return { notMeasured: "every labelled row is an anomaly" };
  if (metric === "auroc") return { value: areaUnderRoc(scores, isAnomaly) };
  if (metric === "averagePrecision") return { value: averagePrecision(scores, isAnomaly) };
  if (budget === null) return { notMeasured: "no alert budget is stated" };
  const { rows, positives } = withinBudget(scores, isAnomaly, budget);
  return { value: positives / (metric === "precisionAtBudget" ? rows : anomalies) };
}
