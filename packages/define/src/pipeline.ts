import type { SearchKind, TaskKind } from "@atalaya/learn";
import { type AnswersOf, answersDefinition } from "./answers.js";
import type { Dataset, Features, Shape } from "./dataset.js";
import type { PipelineDefinition } from "./definition.js";
import { parseDuration } from "./durations.js";
import { errors } from "./errors.js";
import type { Gate } from "./gates.js";
import type { Learner } from "./learners.js";
import { checkName } from "./names.js";
import { type Executor, type RunsOnOptions, runsOnDefinition } from "./placement.js";
import { type ServeOptions, serveDefinition } from "./serving.js";
import type { Source } from "./sources.js";
import type { Split } from "./splits.js";
import type { StepContext, Table } from "./table.js";
import type { MetricOf } from "./tasks.js";
import type { Trigger } from "./triggers.js";

const PIPELINE = Symbol.for("atalaya.pipeline");

/** A whole pipeline as one value. */
export interface Pipeline<Of extends Shape = Shape> {
  readonly [PIPELINE]: true;
  readonly name: string;
  readonly shape?: (shape: Of) => Of;
  readonly definition: PipelineDefinition;
}

/** What a caller of the model sends. */
export type ModelInput<Of> = Of extends { readonly shape?: (shape: infer S extends Shape) => unknown } ? S["request"] : never;
/** What the model answers. */
export type ModelOutput<Of> = Of extends { readonly shape?: (shape: infer S extends Shape) => unknown }
  ? S["task"]["output"]
  : never;

/** True for what `promote` and `retrain` return, even in another copy of this package. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && PIPELINE in value;
}

// One interface per phase, so that an illegal order does not compile.

export interface Named {
  ingest<Row>(data: Dataset<Row>, from: Source): Ingested<Row>;
}

export interface ValidateOptions<Row> {
  /** Share of a batch's rows (0–1) above which the whole batch is refused. */
  readonly maxRejected: number;
  /** Columns that identify a row; the second row with the same values is rejected. */
  readonly unique?: readonly (keyof Row & string)[];
  /**
   * How old the newest row of a batch may be when the batch comes, by the time columns of the dataset: `2h`. A batch that is
   * older is refused whole as not fresh; `atalaya quarantine release` lets it in.
   */
  readonly freshWithin?: string;
}

export interface Ingested<Row> {
  validate(checks: ValidateOptions<Row>): Ingested<Row>;
  /**
   * Rows also live in PostgreSQL: every row as it came in `raw_data` (batch, line, time), every accepted one in `clean_data`
   * with its `dataset` (train, validation, test). For reading with SQL; training reads the objects.
   */
  keepInTables(): Ingested<Row>;
  /** Your own code on rows before the features. It may drop, sample or order rows, not change them: a request has no such step. */
  step(name: string, work: (table: Table<Row>, run: StepContext) => Table<Row> | Promise<Table<Row>>): Ingested<Row>;
  features<Of extends Shape & { row: Row }>(features: Features<Of>): Featured<Of>;
}

export interface Featured<Of extends Shape> {
  split(split: Split<Of["row"]>): Divided<Of>;
}

export interface TrainOptions<Of extends Shape> {
  /** What tuning looks at; of several, one tuning each, and the better model is the challenger. */
  readonly optimise?: MetricOf<Of["task"]> | readonly MetricOf<Of["task"]>[];
  /** Tuning trials per learner; without ranges there is nothing to try. */
  readonly trials?: number;
  /** How trials are chosen: by what earlier ones showed (`tpe`, the default), at random, or evenly placed. */
  readonly search?: SearchKind;
  /** Trials begin with a ninth of their trees, and only the best third of each stage goes on with three times as many. */
  readonly prune?: boolean;
  /**
   * Judges a trial by the mean over so many folds of the training rows, divided by the split's own rule (groups stay together,
   * time goes forward), instead of by one validation part: steadier, and as many times the work.
   */
  readonly folds?: number;
  /** Trials that run at once (default 4): more is quicker, but each knows less of the others. */
  readonly parallel?: number;
  readonly seed?: number;
}

export interface Divided<Of extends Shape> {
  /** Leaves rows out of the training part alone. */
  trainOnly(name: string, keep: (table: Table<Of["row"]>) => Table<Of["row"]>): Divided<Of>;
  train(options: TrainOptions<Of>, ...learners: Learner<Of["task"]>[]): Trained<Of>;
}

export interface Answered<Of extends Shape> {
  evaluate(options: {
    readonly metrics: readonly MetricOf<Of["task"]>[];
    /** Explain so many rows of the test part for the report. */
    readonly explain?: { readonly rows: number };
    readonly slices?: readonly Of["feature"][];
    /** Anomalies: labelled rows to evaluate on, of the same contract. */
    readonly replay?: Source;
  }): Evaluated<Of>;
}

export interface Trained<Of extends Shape> extends Answered<Of> {
  /** Calibrates probabilities, decides by cost, or puts intervals around values. The split needs a validation part. */
  answer(options: AnswersOf<Of["task"]>): Answered<Of>;
}

export interface Evaluated<Of extends Shape> {
  gate(...gates: Gate<MetricOf<Of["task"]>>[]): Gated<Of>;
}

export interface Gated<Of extends Shape> {
  /** Moves this alias to the new version when every gate passes. */
  promote(alias: string): Promoted<Of>;
}

export interface Promoted<Of extends Shape> extends Pipeline<Of> {
  /** Field names that callers already use, and what may be kept of their requests. @throws DEFINE_BAD_FIELD */
  serve(options: ServeOptions<keyof Of["request"] & string>): Promoted<Of>;
  /**
   * Where steps run: `.runsOn("kubernetes", { memory: "4Gi", steps: { train: { memory: "16Gi" } } })` makes each step one Job.
   * The setting ATALAYA_EXECUTOR goes before it.
   *
   * @throws DEFINE_UNKNOWN_STEP, DEFINE_BAD_QUANTITY, DEFINE_BAD_DURATION
   */
  runsOn(executor: Executor, options?: RunsOnOptions): Promoted<Of>;
  retrain(...triggers: Trigger<Of["feature"]>[]): Pipeline<Of>;
}

/** Starts the chain of verbs. @throws DEFINE_BAD_NAME */
export function pipeline(name: string): Named {
  checkName("pipeline", name);
  return {
    ingest: (data, from) =>
      ingested({
        name,
        dataset: data.definition,
        source: from.definition,
        checks: { maxRejected: 1, unique: [], freshWithinMs: null },
        keepInTables: false,
        steps: [],
        trainOnly: [],
      }),
  };
}

/** What the chain knows so far; each phase adds its part. */
type Draft = Partial<PipelineDefinition> &
  Pick<PipelineDefinition, "name" | "dataset" | "source" | "checks" | "keepInTables" | "steps" | "trainOnly">;

function ingested<Row>(draft: Draft): Ingested<Row> {
  return {
    validate: ({ maxRejected, unique = [], freshWithin }) => {
      if (!(maxRejected >= 0 && maxRejected <= 1)) throw errors.BAD_SHARE({ what: "maxRejected", value: maxRejected });
      const freshWithinMs = freshWithin === undefined ? null : parseDuration(freshWithin);
      if (freshWithinMs !== null && !draft.dataset.columns.some(({ type }) => type === "time")) {
        throw errors.NO_TIME({ pipeline: draft.name, dataset: draft.dataset.name });
      }
      return ingested({ ...draft, checks: { maxRejected, unique, freshWithinMs } });
    },
    keepInTables: () => ingested({ ...draft, keepInTables: true }),
    step: (name, work) => {
      checkName("step", name);
      if (draft.steps.some((step) => step.name === name)) throw errors.DUPLICATE_NAME({ what: "steps", name });
      return ingested({ ...draft, steps: [...draft.steps, { name, work }] });
    },
    features: <Of extends Shape>(features: Features<Of>) => featured<Of>({ ...draft, features: features.definition }),
  };
}

function featured<Of extends Shape>(draft: Draft): Featured<Of> {
  return { split: (split) => divided<Of>({ ...draft, split: split.definition }) };
}

function divided<Of extends Shape>(draft: Draft): Divided<Of> {
  return {
    trainOnly: (name, keep) => {
      checkName("training filter", name);
      if (draft.trainOnly.some((filter) => filter.name === name)) throw errors.DUPLICATE_NAME({ what: "training filters", name });
      return divided<Of>({ ...draft, trainOnly: [...draft.trainOnly, { name, keep }] });
    },
    train: ({ optimise = [], trials = 20, search = "tpe", prune = false, folds, parallel = 4, seed = 0 }, ...learners) => {
      if (learners.length === 0) throw errors.NO_LEARNER({ pipeline: draft.name });
      if (folds !== undefined && (!Number.isInteger(folds) || folds < 2)) throw errors.BAD_FOLDS({ value: folds });
      if (!Number.isInteger(parallel) || parallel < 1) throw errors.BAD_COUNT({ what: "parallel", value: parallel });
      const metrics = typeof optimise === "string" ? [optimise] : optimise;
      return trained<Of>({
        ...draft,
        train: {
          optimise: metrics,
          trials,
          seed,
          search,
          prune,
          ...(folds === undefined ? {} : { folds }),
          parallel,
          learners: learners.map((learner) => learner.definition),
        },
      });
    },
  };
}

function trained<Of extends Shape>(draft: Draft): Trained<Of> {
  return {
    ...answered<Of>({ ...draft, answer: null }),
    answer: (options) => answered<Of>({ ...draft, answer: answersDefinition(options, draft.split) }),
  };
}

function answered<Of extends Shape>(draft: Draft): Answered<Of> {
  return {
    evaluate: ({ metrics, explain, slices = [], replay }) => ({
      gate: (...gates) => ({
        promote: (alias) => {
          checkName("alias", alias);
          return promoted<Of>({
            ...draft,
            evaluate: { metrics, slices, explainRows: explain?.rows ?? 0, replay: replay?.definition ?? null },
            gates: gates as readonly Gate<string>[],
            alias,
            triggers: [],
          });
        },
      }),
    }),
  };
}

function promoted<Of extends Shape>(draft: Draft): Promoted<Of> {
  const definition = { ...draft, task: taskKind(draft) } as PipelineDefinition;
  const value: Pipeline<Of> = { [PIPELINE]: true, name: draft.name, definition };
  return {
    ...value,
    serve: (options) => promoted({ ...draft, serve: serveDefinition(options) }),
    runsOn: (executor, options = {}) => promoted({ ...draft, runsOn: runsOnDefinition(executor, options) }),
    retrain: (...triggers) => ({
      ...value,
      definition: { ...definition, triggers: triggers.map((trigger) => trigger.definition) },
    }),
  };
}

function taskKind(draft: Draft): TaskKind {
  const target = draft.features?.target ?? null;
  if (target === null) return "anomaly";
  const { type } = draft.dataset.columns.find((schema) => schema.name === target)!;
  return type === "category" || type === "boolean" ? "classification" : "regression";
}
