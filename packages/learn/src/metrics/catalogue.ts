import type { TaskKind } from "../bundle/bundle.js";
import { errors } from "../errors.js";

/** What a metric's value is counted in: the target's own unit, a share (0–1), natural units of information, or nothing. */
export type MetricUnit = "target" | "share" | "nats" | "none";

export interface MetricDescription {
  readonly tasks: readonly TaskKind[];
  readonly better: "higher" | "lower";
  /** False where the scores alone are enough. */
  readonly needsLabels: boolean;
  readonly unit: MetricUnit;
  /** One sentence for people. */
  readonly doc: string;
}

const regression = { tasks: ["regression"], needsLabels: true } as const;
const classification = { tasks: ["classification"], needsLabels: true } as const;
const ranking = { tasks: ["classification", "anomaly"], needsLabels: true } as const;
const anomaly = { tasks: ["anomaly"] } as const;

/** Every metric, declared once: language, gates, reports and documentation read this. Definitions are scikit-learn's. */
export const metricCatalogue = {
  rmse: { ...regression, better: "lower", unit: "target", doc: "Root of the mean squared error." },
  mae: { ...regression, better: "lower", unit: "target", doc: "Mean absolute error." },
  r2: {
    ...regression,
    better: "higher",
    unit: "none",
    doc: "Share of the target's variance that is explained: 1 is perfect, 0 as good as the mean, negative worse than it.",
  },
  mape: {
    ...regression,
    better: "lower",
    unit: "share",
    doc: "Mean of the absolute error relative to the truth; enormous where a true value is 0.",
  },
  medianAbsoluteError: { ...regression, better: "lower", unit: "target", doc: "Median absolute error." },
  accuracy: { ...classification, better: "higher", unit: "share", doc: "Share of rows whose most probable class is right." },
  auroc: {
    ...ranking,
    better: "higher",
    unit: "share",
    doc: "Chance that a positive row scores above a negative one, ties half; of several classes the mean of each against the rest.",
  },
  averagePrecision: {
    ...ranking,
    better: "higher",
    unit: "share",
    doc: "Precision averaged over the steps of recall; of several classes the mean of each against the rest.",
  },
  logLoss: { ...classification, better: "lower", unit: "nats", doc: "Mean negative logarithm of the true class's probability." },
  brier: {
    ...classification,
    better: "lower",
    unit: "none",
    doc: "Mean squared error of the probability of the second of two classes; of several, summed over the classes.",
  },
  macroF1: {
    ...classification,
    better: "higher",
    unit: "share",
    doc: "Mean over classes of the harmonic mean of precision and recall; classes that are neither true nor predicted do not count.",
  },
  weightedF1: {
    ...classification,
    better: "higher",
    unit: "share",
    doc: "Mean over classes of the harmonic mean of precision and recall, each class counting by its true rows.",
  },
  macroPrecision: {
    ...classification,
    better: "higher",
    unit: "share",
    doc: "Mean over classes of the share of right rows among those predicted so; 0 for a class that is never predicted.",
  },
  macroRecall: {
    ...classification,
    better: "higher",
    unit: "share",
    doc: "Mean over classes of the share of its rows that are predicted so: balanced accuracy where every class has rows.",
  },
  weightedAuroc: {
    ...classification,
    better: "higher",
    unit: "share",
    doc: "As auroc, but of several classes each counts by its true rows.",
  },
  alertRate: { ...anomaly, needsLabels: false, better: "lower", unit: "share", doc: "Share of rows that are alerts." },
  scoreStability: {
    ...anomaly,
    needsLabels: false,
    better: "higher",
    unit: "none",
    doc: "Rank correlation (Spearman) of the scores with those of a second forest of another seed: 1 means that the seed does not matter.",
  },
  precisionAtBudget: {
    ...anomaly,
    needsLabels: true,
    better: "higher",
    unit: "share",
    doc: "Share of true anomalies among the highest scores that the alert budget allows.",
  },
  recallAtBudget: {
    ...anomaly,
    needsLabels: true,
    better: "higher",
    unit: "share",
    doc: "Share of the anomalies that are among the highest scores that the alert budget allows.",
  },
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof metricCatalogue;

/** Names of the metrics that a task has, in the order of the catalogue. */
export function metricsOf(task: TaskKind): MetricName[] {
  return (Object.keys(metricCatalogue) as MetricName[]).filter((name) => {
    const tasks: readonly TaskKind[] = metricCatalogue[name].tasks;
    return tasks.includes(task);
  });
}

/**
 * The name as one of the task's metrics.
 *
 * @throws LEARN_METRIC_UNKNOWN
 */
export function checkMetric(name: string, task: TaskKind): MetricName {
  const known = metricsOf(task);
  const found = known.find((metric) => metric === name);
  if (found === undefined) throw errors.METRIC_UNKNOWN({ metric: name, task, known });
  return found;
}
