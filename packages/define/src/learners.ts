import type { LearnerDefinition, ParameterValue, RangeDefinition } from "./definition.js";
import { errors } from "./errors.js";
import type { Anomaly, Classification, Regression, Task } from "./tasks.js";

/** Where tuning looks for a parameter. */
export interface Range<Value> {
  readonly valueType?: Value;
  readonly definition: RangeDefinition;
}
/** Every parameter is a value (fixed) or a range (tuned); what is left out has the learner's default. */
export type Tunable<Parameters> = { readonly [Name in keyof Parameters]?: Parameters[Name] | Range<Parameters[Name]> };

/** Uniform between two numbers, both included. */
export function between(low: number, high: number): Range<number> {
  if (!(low < high)) throw errors.BAD_RANGE({ what: "between()", low, high });
  return { definition: { range: "between", low, high } };
}

/** Uniform in the logarithm: for parameters that matter by their order of magnitude. */
export function logBetween(low: number, high: number): Range<number> {
  if (!(low > 0 && low < high)) throw errors.BAD_RANGE({ what: "logBetween()", low, high });
  return { definition: { range: "logBetween", low, high } };
}

/** One of these values. */
export function oneOf<const Value extends ParameterValue>(...values: readonly Value[]): Range<Widened<Value>> {
  return { definition: { range: "oneOf", values } };
}
type Widened<Value> = Value extends number ? number : Value extends boolean ? boolean : Value;

export interface BoostingParameters {
  /** Rounds of boosting; with a validation part, the best round below it counts. */
  readonly trees: number;
  readonly learningRate: number;
  /** Leaves of a tree, at most. */
  readonly leaves: number;
  /** Depth of a tree, at most; -1: no limit. */
  readonly depth: number;
  readonly minLeafRows: number;
  readonly l2: number;
  readonly minGain: number;
  /** Share of rows that each tree sees. */
  readonly rowShare: number;
  /** Share of feature columns that each tree sees. */
  readonly columnShare: number;
  /** Scale on which a number is fitted; predictions are always in the target's unit. */
  readonly fitOn: "value" | "log1p";
}

export interface ForestParameters {
  readonly trees: number;
  readonly depth: number;
  readonly minLeafRows: number;
  /** Share of feature columns that each split looks at. */
  readonly featureShare: number;
  /** Weigh classes so that each counts the same. */
  readonly balance: boolean;
  readonly fitOn: "value" | "log1p";
}

export interface IsolationParameters {
  readonly trees: number;
  readonly rowsPerTree: number;
  /** Share of anomalies among the training rows, or "auto": the alert threshold of the original paper. */
  readonly contamination: number | "auto";
  /** Share of rows that may raise an alert; sets the threshold instead of `contamination`. */
  readonly alertBudget: number;
}

export interface LinearParameters {
  /** Shrinks the weights: added to the sum of squares of each standardised column. */
  readonly l2: number;
  readonly fitOn: "value" | "log1p";
}

export interface DummyParameters {
  readonly fitOn: "value" | "log1p";
}

/** Something that can be trained for some tasks. */
export interface Learner<in For extends Task> {
  readonly accepts: (task: For) => void;
  readonly definition: LearnerDefinition;
}

function makeLearner<For extends Task>(learner: LearnerDefinition["learner"], parameters: object): Learner<For> {
  const plain = Object.entries(parameters as Record<string, ParameterValue | Range<ParameterValue> | undefined>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, typeof value === "object" ? value.definition : value] as const);
  return {
    accepts: () => {},
    definition: { learner, parameters: Object.fromEntries(plain) as LearnerDefinition["parameters"] },
  };
}

/** Histogram gradient boosting of trees. */
export function gradientBoosting(parameters: Tunable<BoostingParameters> = {}): Learner<Regression | Classification<string>> {
  return makeLearner("gradientBoosting", parameters);
}

/** Random forest (Breiman 2001). */
export function randomForest(parameters: Tunable<ForestParameters> = {}): Learner<Regression | Classification<string>> {
  return makeLearner("randomForest", parameters);
}

/** Isolation forest (Liu, Ting, Zhou 2008). */
export function isolationForest(parameters: Tunable<IsolationParameters> = {}): Learner<Anomaly> {
  return makeLearner("isolationForest", parameters);
}

/** Ridge regression for numbers, logistic regression for classes: the baseline that trees have to beat. */
export function linear(parameters: Tunable<LinearParameters> = {}): Learner<Regression | Classification<string>> {
  return makeLearner("linear", parameters);
}

/** Knows no feature: the mean of the training rows, or the shares of the classes. */
export function dummy(parameters: Tunable<DummyParameters> = {}): Learner<Regression | Classification<string>> {
  return makeLearner("dummy", parameters);
}
