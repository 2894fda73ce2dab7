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
  /** Taken off the sum of gradients of a leaf: small ones answer 0. */
  readonly l1: number;
  /** Least sum of hessians in a leaf. */
  readonly minLeafHessian: number;
  /** Leaf of the highest gain first, up to `leaves`; or level by level, up to `depth`. */
  readonly growth: "leafWise" | "depthWise";
  /** For a number: its mean (squared), its median (absolute), a quantile, or the mean with outliers bent down (huber). */
  readonly loss: "squared" | "absolute" | "huber" | "quantile";
  /** Share of rows below the answer, for the loss "quantile". */
  readonly quantile: number;
  /** Distance from which the loss "huber" grows linearly, on the fitted scale. */
  readonly huberDelta: number;
  /** Weigh classes so that each counts the same. */
  readonly balance: boolean;
  /** Most bins of a feature, the one for missing values included. */
  readonly bins: number;
  /** Rows added to each level of a native category when levels are ordered. */
  readonly categorySmoothing: number;
  /** Added to l2 for leaves that a set of levels made. */
  readonly categoryL2: number;
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

/** The answer keeps to a direction as a feature of numbers grows. */
export type MonotoneConstraints = Readonly<Record<string, "increasing" | "decreasing">>;

/** Histogram gradient boosting of trees. */
export function gradientBoosting(
  parameters: Tunable<BoostingParameters> & { readonly monotone?: MonotoneConstraints } = {},
): Learner<Regression | Classification<string>> {
  const { monotone, ...rest } = parameters;
  return makeLearner("gradientBoosting", monotone === undefined ? rest : { ...rest, monotone: JSON.stringify(monotone) });
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
