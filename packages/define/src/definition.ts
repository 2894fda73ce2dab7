import type {
  AnswerOptions,
  ColumnSchema,
  EncoderPlan,
  Expression,
  LearnerName,
  SearchKind,
  SplitPlan,
  TaskKind,
} from "@atalaya/learn";
import type { Gate } from "./gates.js";
import type { RowFilter, RowStep } from "./table.js";

/** An address that the project does not know: the setting's name; its value comes from the environment at run time. */
export interface SettingReference {
  readonly setting: string;
}

/** Where batches come from, as data. */
export type SourceDefinition =
  | {
      readonly kind: "httpBatches";
      readonly url: SettingReference;
      readonly query: Readonly<Record<string, string | number>>;
      /** Rows asked for per request (`pageRows`), null: the source decides. */
      readonly pageRows: number | null;
      /** Query parameter that takes the number of the batch (1, 2, 3 …); null: the source itself knows what is next. */
      readonly page: string | null;
      /** Query parameter that takes the mark which the answer before gave, and the field of the answer that holds it; null: none. */
      readonly cursor: { readonly parameter: string; readonly field: string } | null;
    }
  | {
      readonly kind: "files";
      /** A file, a folder, a `file:` URL, or a prefix of a bucket: `s3://bucket/prefix`. */
      readonly url: SettingReference;
      /** null: by the name and the first bytes. */
      readonly format: FileFormat | null;
      /** Folder below the address. */
      readonly under: string | null;
      /** Only files changed in the last so many milliseconds; null: all. */
      readonly lastMs: number | null;
    }
  | {
      readonly kind: "postgresRows";
      readonly url: SettingReference;
      /** A SELECT without a semicolon. */
      readonly query: string;
      /** Column of the query that only grows: a time or a number. */
      readonly watermark: string;
      /** Columns that, with the watermark, identify a row. */
      readonly key: readonly string[];
      /** Rows of a batch, at most. */
      readonly batchRows: number;
      /** Rows younger than this are left for later, in milliseconds; null: none. */
      readonly lateByMs: number | null;
    };

export type FileFormat = "csv" | "tsv" | "jsonl" | "parquet" | "zeek";

export interface DatasetDefinition {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
}

export interface Checks {
  /** Share of a batch's rows (0–1) above which the whole batch is refused. */
  readonly maxRejected: number;
  /** Columns that identify a row; the second row with the same values is rejected. */
  readonly unique: readonly string[];
  /** The newest moment in the time columns may be this old when a batch comes, in milliseconds; null: no limit. */
  readonly freshWithinMs: number | null;
}

/** Labels that are known for some rows of an anomaly data set: never a feature; evaluation uses them where they are. */
export interface LabelDefinition {
  readonly column: string;
  /** Levels that mean "nothing wrong"; every other level is an anomaly. */
  readonly normal: readonly string[];
}

export interface FeatureDefinition {
  readonly target: string | null;
  readonly keys: readonly string[];
  readonly ignore: readonly string[];
  readonly label: LabelDefinition | null;
  readonly derived: readonly { readonly name: string; readonly expression: Expression }[];
  readonly encoders: readonly { readonly column: string; readonly encoder: EncoderPlan }[];
}

export type SplitDefinition = SplitPlan;

/** A parameter's value, or the range in which tuning looks for it. */
export type ParameterValue = number | string | boolean;
export type RangeDefinition =
  | { readonly range: "between"; readonly low: number; readonly high: number }
  | { readonly range: "logBetween"; readonly low: number; readonly high: number }
  | { readonly range: "oneOf"; readonly values: readonly ParameterValue[] };

export interface LearnerDefinition {
  readonly learner: LearnerName;
  readonly parameters: Readonly<Record<string, ParameterValue | RangeDefinition>>;
}

export interface TrainDefinition {
  /** Metrics to optimise, one tuning each; empty: the task's usual one. */
  readonly optimise: readonly string[];
  /** Tuning trials per learner and metric. */
  readonly trials: number;
  readonly seed: number;
  readonly search: SearchKind;
  /** True: trials begin with a part of their trees, and only the best go on. */
  readonly prune: boolean;
  /** Folds of cross-validation by which a trial is judged; absent: the validation part. */
  readonly folds?: number;
  /** Trials that run at once; each is suggested without knowing those that still run. */
  readonly parallel: number;
  readonly learners: readonly LearnerDefinition[];
}

export interface EvaluateDefinition {
  readonly metrics: readonly string[];
  readonly slices: readonly string[];
  /** Test rows to explain for the report; 0: none. */
  readonly explainRows: number;
  /** Labelled rows to evaluate an anomaly model on, instead of the test part's own labels. */
  readonly replay: SourceDefinition | null;
}

export type TriggerDefinition =
  | { readonly trigger: "cron"; readonly expression: string }
  | { readonly trigger: "afterRows"; readonly rows: number }
  | { readonly trigger: "newBatch" }
  | DriftTriggerDefinition;

/** How a batch is compared with the training part of the live version. */
export interface DriftTriggerDefinition {
  readonly trigger: "whenDrifted";
  /**
   * `effect`: a feature moved by at least `effect` and its p-value, corrected by Benjamini-Hochberg over the features, is at
   * most `falseDiscovery`. `psi`: the population stability index of a feature exceeds `psi`. `classic`: the KS p-value of any
   * number is below 0.05, however small the move and however many the rows.
   */
  readonly rule: "effect" | "psi" | "classic";
  /** Distance between the two distribution functions (0–1): of numbers KS, of categories total variation. */
  readonly effect: number;
  readonly falseDiscovery: number;
  readonly psi: number | null;
  /** Features that are watched; empty: all of them, and the prediction. */
  readonly on: readonly string[];
  readonly minRows: number;
}

/** How the model is served: it goes into every version's signature, as serving needs no project. */
export interface ServeDefinition {
  /** Further fields of the answers: which part each name holds. */
  readonly predict: Readonly<Record<string, string>>;
  readonly explain: Readonly<Record<string, string>>;
  /** Columns that the inference log holds as a hash only. */
  readonly hashed: readonly string[];
  /** Days for which the inference log is kept; null: for ever. */
  readonly keepDays: number | null;
  readonly backToRaw: boolean;
}

/** A taint that a step stands; without a value any value of the key, without an effect any effect. */
export interface TolerationDefinition {
  readonly key: string;
  readonly value?: string;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What a step asks of the machine it runs on; what is absent is as the settings say. */
export interface PlacementDefinition {
  readonly cpu?: string;
  readonly memory?: string;
  readonly scratch?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly TolerationDefinition[];
  readonly deadlineSeconds?: number;
}

export interface StepPlacementDefinition extends PlacementDefinition {
  readonly executor?: RunsOnDefinition["executor"];
}

/** Where the steps of a pipeline run. It is no part of the definition's identity: a run goes on with another placement. */
export interface RunsOnDefinition {
  readonly executor: "inline" | "process" | "kubernetes";
  readonly placement: PlacementDefinition;
  /** By name of the step. */
  readonly steps: Readonly<Record<string, StepPlacementDefinition>>;
}

/** A whole pipeline as one value: data, but for the user's own row steps, row filters and gate functions. */
export interface PipelineDefinition {
  readonly name: string;
  readonly task: TaskKind;
  readonly dataset: DatasetDefinition;
  readonly source: SourceDefinition;
  readonly checks: Checks;
  /** Rows also live in the tables `raw_data` and `clean_data`. */
  readonly keepInTables: boolean;
  readonly steps: readonly { readonly name: string; readonly work: RowStep }[];
  readonly features: FeatureDefinition;
  readonly split: SplitDefinition;
  readonly trainOnly: readonly { readonly name: string; readonly keep: RowFilter }[];
  readonly train: TrainDefinition;
  /** What answers carry beyond the learner's own; null: nothing. */
  readonly answer: AnswerOptions | null;
  readonly evaluate: EvaluateDefinition;
  readonly gates: readonly Gate<string>[];
  readonly alias: string;
  readonly triggers: readonly TriggerDefinition[];
  /** Absent: answers have our fields alone, and the log is kept for ever. */
  readonly serve?: ServeDefinition;
  /** Absent: where the settings say, and in the worker itself when they say nothing. */
  readonly runsOn?: RunsOnDefinition;
}
