import { MAX_BINS } from "../binning/binned-table.js";
import type { LearnerName } from "../model/model.js";
import { DEEPEST } from "../trees/growth.js";

/** One parameter of a learner: its kind, what it may be, and what it means. Validation, tuning and the manual read this. */
export type ParameterDeclaration =
  | {
      readonly kind: "number" | "integer";
      readonly min: number;
      readonly max: number;
      /** Words that stand for a rule in place of a number. */
      readonly choices?: readonly string[];
      readonly default: number | string;
      readonly doc: string;
    }
  | { readonly kind: "boolean"; readonly default: boolean; readonly doc: string }
  /** Free text, checked where it is used. */
  | { readonly kind: "text"; readonly default: string; readonly doc: string }
  | { readonly kind: "choice"; readonly choices: readonly string[]; readonly default: string; readonly doc: string };

export type ParameterDeclarations = Readonly<Record<string, ParameterDeclaration>>;

const fitOn = {
  kind: "choice",
  choices: ["value", "log1p"],
  default: "value",
  doc: "Scale on which a number is fitted: the value itself, or log(1 + value) for amounts that span orders of magnitude.",
} as const;

const bins = {
  kind: "integer",
  min: 3,
  max: MAX_BINS,
  default: 255,
  doc: "Most bins of a feature, the one for missing values included.",
} as const;

const depth = {
  kind: "integer",
  min: -1,
  max: DEEPEST,
  doc: "Most splits above a leaf; -1 (or 0): no limit below 1,000.",
} as const;

const schema = {
  gradientBoosting: {
    trees: {
      kind: "integer",
      min: 1,
      max: 100_000,
      default: 300,
      doc: "Rounds of boosting; a round grows one tree, or one per class from three classes on.",
    },
    learningRate: { kind: "number", min: 1e-6, max: 1, default: 0.1, doc: "Share of each tree's correction that is applied." },
    leaves: {
      kind: "integer",
      min: 2,
      max: 65_536,
      default: 31,
      doc: "Most leaves of a tree; the leaf of the highest gain is split first.",
    },
    depth: { ...depth, default: -1 },
    minLeafRows: { kind: "integer", min: 1, max: 1_000_000_000, default: 20, doc: "Least training rows in a leaf." },
    l2: {
      kind: "number",
      min: 0,
      max: 1e9,
      default: 0,
      doc: "Shrinks leaf values: added to the sum of hessians (rows, for a number).",
    },
    minGain: {
      kind: "number",
      min: 0,
      max: 1e30,
      default: 0,
      doc: "A split must reduce the loss by more, in twice the unit of the loss.",
    },
    l1: { kind: "number", min: 0, max: 1e9, default: 0, doc: "Taken off the sum of gradients of a leaf: small ones answer 0." },
    minLeafHessian: {
      kind: "number",
      min: 0,
      max: 1e9,
      default: 1e-3,
      doc: "Least sum of hessians in a leaf, for a mean weight of 1: rows, for a number; p · (1 − p) of the rows, for a class.",
    },
    growth: {
      kind: "choice",
      choices: ["leafWise", "depthWise"],
      default: "leafWise",
      doc: "leafWise: the leaf of the highest gain is split first, up to `leaves`. depthWise: all leaves are split, up to `depth` (6 where it is -1); `leaves` counts for nothing.",
    },
    loss: {
      kind: "choice",
      choices: ["squared", "absolute", "huber", "quantile"],
      default: "squared",
      doc: "What is minimised for a number: its mean is answered (squared), its median (absolute), a quantile, or the mean with outliers bent down (huber).",
    },
    quantile: {
      kind: "number",
      min: 0.001,
      max: 0.999,
      default: 0.5,
      doc: "Share of rows below the answer; for the loss quantile.",
    },
    huberDelta: {
      kind: "number",
      min: 1e-9,
      max: 1e100,
      default: 1,
      doc: "Distance from which the loss huber grows linearly, on the fitted scale.",
    },
    balance: { kind: "boolean", default: false, doc: "Weighs classes so that all count the same; classes only." },
    categorySmoothing: {
      kind: "number",
      min: 0,
      max: 1e9,
      default: 10,
      doc: "Rows added to each level of a native category when levels are ordered; rarer levels are not split off.",
    },
    categoryL2: { kind: "number", min: 0, max: 1e9, default: 10, doc: "Added to l2 for leaves that a set of levels made." },
    monotone: {
      kind: "text",
      default: "",
      doc: 'JSON object of column names, each "increasing" or "decreasing": the answer keeps to that direction.',
    },
    rowShare: {
      kind: "number",
      min: 0.001,
      max: 1,
      default: 1,
      doc: "Share of the rows that each tree learns from, drawn without repetition.",
    },
    columnShare: { kind: "number", min: 0.001, max: 1, default: 1, doc: "Share of the feature columns that each tree may use." },
    bins,
    fitOn,
  },
  randomForest: {
    trees: { kind: "integer", min: 1, max: 100_000, default: 100, doc: "Number of trees." },
    depth: { ...depth, default: 16 },
    minLeafRows: {
      kind: "integer",
      min: 1,
      max: 1_000_000_000,
      default: 3,
      doc: "Least training rows in a leaf; a row that was drawn twice counts twice.",
    },
    featureShare: {
      kind: "number",
      min: 0.001,
      max: 1,
      default: 0.5,
      doc: "Share of the feature columns that each split looks at.",
    },
    bins,
    balance: { kind: "boolean", default: false, doc: "Weighs classes so that all count the same; classes only." },
    fitOn,
  },
  isolationForest: {
    trees: { kind: "integer", min: 1, max: 100_000, default: 100, doc: "Number of trees." },
    rowsPerTree: {
      kind: "integer",
      min: 2,
      max: 1_000_000,
      default: 256,
      doc: "Rows that each tree isolates, drawn without repetition.",
    },
    contamination: {
      kind: "number",
      min: 0,
      max: 0.5,
      choices: ["auto"],
      default: "auto",
      doc: "Share of anomalies among the training rows, from which the alert threshold follows; auto: score 0.5.",
    },
    alertBudget: {
      kind: "number",
      min: 0,
      max: 0.5,
      choices: ["none"],
      default: "none",
      doc: "Share of the training rows that may alert, at most; goes before contamination.",
    },
  },
  linear: {
    l2: {
      kind: "number",
      min: 0,
      max: 1e9,
      default: 1,
      doc: "Shrinks the weights: added to the sum of squares of each standardised column.",
    },
    fitOn,
  },
  dummy: { fitOn },
} as const satisfies Record<LearnerName, ParameterDeclarations>;

/** Every parameter of every learner. */
export const parameterSchema: Readonly<Record<LearnerName, ParameterDeclarations>> = schema;

type ValueOf<Declaration> = Declaration extends { kind: "boolean" }
  ? boolean
  : Declaration extends { kind: "text" }
    ? string
    : Declaration extends { kind: "choice"; choices: readonly (infer Choice)[] }
      ? Choice
      : Declaration extends { choices: readonly (infer Choice)[] }
        ? number | Choice
        : number;

/** The parameters of one learner, all of them. */
export type ParametersOf<Learner extends LearnerName> = {
  readonly [Name in keyof (typeof schema)[Learner]]: ValueOf<(typeof schema)[Learner][Name]>;
};
