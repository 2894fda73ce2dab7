import { errors } from "../errors.js";

/** What a metric is computed from: the truth and the answers of the same rows. */
export type Evidence = RegressionEvidence | ClassificationEvidence | AnomalyEvidence;

export interface RegressionEvidence {
  readonly task: "regression";
  /** By row, in the unit of the target. */
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  /** By row, not negative; absent: all rows count the same. */
  readonly weights?: Float64Array;
}

export interface ClassificationEvidence {
  readonly task: "classification";
  readonly classes: readonly string[];
  /** By row: position of the true class in `classes`. */
  readonly truth: Int32Array;
  /** [class][row] */
  readonly probability: readonly Float64Array[];
  /** By row, not negative; absent: all rows count the same. */
  readonly weights?: Float64Array;
  /** Two classes only: the second is predicted from this probability on; absent: the most probable class. */
  readonly decisionThreshold?: number;
}

export interface AnomalyEvidence {
  readonly task: "anomaly";
  /** By row, higher is stranger. */
  readonly scores: Float64Array;
  /** A row is an alert from this score on. */
  readonly alertThreshold: number;
  /** By row: 1 anomaly, 0 normal, -1 unknown. null: no row has a label. */
  readonly labels: Int8Array | null;
  /** Share of rows (0–1] that somebody can look at; null: not stated. */
  readonly budget: number | null;
  /** The same rows' scores by a forest of another seed; null: there is none. */
  readonly otherScores: Float64Array | null;
}

export function evidenceRows(evidence: Evidence): number {
  return evidence.task === "anomaly" ? evidence.scores.length : evidence.truth.length;
}

/** The evidence of these rows only: a slice. */
export function selectEvidence(evidence: Evidence, rows: Uint32Array): Evidence {
  const numbers = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]);
  const weights = "weights" in evidence && evidence.weights !== undefined ? { weights: numbers(evidence.weights) } : {};
  switch (evidence.task) {
    case "regression":
      return { ...evidence, truth: numbers(evidence.truth), predicted: numbers(evidence.predicted), ...weights };
    case "classification":
      return {
        ...evidence,
        truth: Int32Array.from(rows, (row) => evidence.truth[row]),
        probability: evidence.probability.map(numbers),
        ...weights,
      };
    case "anomaly": {
      const { labels, otherScores } = evidence;
      return {
        ...evidence,
        scores: numbers(evidence.scores),
        labels: labels === null ? null : Int8Array.from(rows, (row) => labels[row]),
        otherScores: otherScores === null ? null : numbers(otherScores),
      };
    }
  }
}

/**
 * Refuses evidence whose parts do not belong together; the metrics themselves never look again.
 *
 * @throws LEARN_METRIC_INPUT_INVALID
 */
export function checkEvidence(evidence: Evidence): void {
  const rows = evidenceRows(evidence);
  const fail = (problem: string) => {
    throw errors.METRIC_INPUT_INVALID({ problem });
  };
  const checkNumbers = (name: string, values: Float64Array | null | undefined) => {
    if (values === null) return;
    if (values === undefined || values.length !== rows) return fail(`there are ${values?.length ?? 0} ${name} for ${rows} rows`);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) fail(`${name} holds ${values[wrong]} in row ${wrong}`);
  };
  const checkWeights = (weights: Float64Array | undefined) => {
    if (weights === undefined) return;
    checkNumbers("weights", weights);
    const negative = weights.findIndex((weight) => weight < 0);
    if (negative >= 0) fail(`the weight of row ${negative} is negative`);
    if (rows > 0 && weights.every((weight) => weight === 0)) fail("every weight is 0");
  };
  switch (evidence.task) {
    case "regression":
      checkNumbers("truth", evidence.truth);
      checkNumbers("predicted", evidence.predicted);
      checkWeights(evidence.weights);
      return;
    case "classification": {
      evidence.classes.forEach((name, position) => {
        checkNumbers(`probability of ${name}`, evidence.probability[position]);
      });
      const wrong = evidence.truth.findIndex((code) => code < 0 || code >= evidence.classes.length);
      if (wrong >= 0) fail(`the truth of row ${wrong} is none of the ${evidence.classes.length} classes`);
      checkWeights(evidence.weights);
      return;
    }
    case "anomaly": {
      checkNumbers("scores", evidence.scores);
      checkNumbers("scores of the second forest", evidence.otherScores);
      if (evidence.labels !== null && evidence.labels.length !== rows)
        fail(`there are ${evidence.labels.length} labels for ${rows} rows`);
      const { budget } = evidence;
      if (budget !== null && !(budget > 0 && budget <= 1)) fail(`the budget is a share above 0 and at most 1, not ${budget}`);
    }
  }
}
