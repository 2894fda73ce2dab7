import type { ColumnType, Generated, GeneratedAlways, Selectable } from "kysely";
import type { ObjectReference } from "../objects/object-store.js";
import type { Json } from "./json.js";

/** A jsonb column: read as its value, written as the text of `toJson`. */
export type JsonColumn<Value = Json> = ColumnType<Value, string, string>;
/** A bigint that we keep below 2⁵³, read as a number. */
type Id = GeneratedAlways<number>;
type DefaultedTime = ColumnType<Date, Date | undefined, Date>;

export type BatchState = "received" | "accepted" | "refused" | "failed";

export interface BatchesTable {
  id: Id;
  pipeline: string;
  source: string;
  /** What the source itself calls the batch. */
  identity: string;
  cursor: string | null;
  name: string;
  format: string;
  mediaType: string | null;
  sha256: string;
  bytes: number;
  object: JsonColumn<ObjectReference>;
  receivedAt: DefaultedTime;
  run: string | null;
  state: Generated<BatchState>;
  reason: string | null;
  rowsRead: number | null;
  rowsAccepted: number | null;
  rowsQuarantined: number | null;
  silver: ColumnType<readonly ObjectReference[], string | undefined, string>;
  /** Counts, missing, quantiles and top levels of the accepted rows; null before the contract has judged it. */
  profile: ColumnType<Json, string | null | undefined, string | null>;
  /** Who took the batch although too many of its rows are bad, when and why; null: nobody. */
  released: ColumnType<Release | null, string | null | undefined, string | null>;
}

/** Somebody's word that the good rows of a refused batch may be used. */
export interface Release {
  readonly who: string;
  readonly why: string;
  readonly at: string;
}

export interface QuarantineTable {
  id: Id;
  batch: number;
  line: number | null;
  columnName: string | null;
  reason: string;
  text: string | null;
}

export interface DatasetsTable {
  id: Id;
  pipeline: string;
  name: string;
  /** Hash of the content; a dataset is referred to by it. */
  sha256: string;
  rows: number;
  columns: JsonColumn;
  batches: ColumnType<readonly number[], readonly number[], readonly number[]>;
  objects: JsonColumn<readonly ObjectReference[]>;
  split: JsonColumn;
  run: string | null;
  createdAt: DefaultedTime;
}

export type RunState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface RunsTable {
  id: string;
  pipeline: string;
  definitionHash: string;
  trigger: string;
  state: RunState;
  startedAt: DefaultedTime;
  endedAt: Date | null;
  verdict: string | null;
  version: number | null;
  result: ColumnType<Json, string | null | undefined, string | null>;
  errorCode: string | null;
  errorMessage: string | null;
  /** The run that this one does again, from a step on; null: it is no retry. */
  retryOf: string | null;
  /** First step that is done again; null: all of them. */
  retryFrom: string | null;
}

export interface TrialsTable {
  run: string;
  study: string;
  number: number;
  state: "done" | "pruned" | "failed";
  parameters: JsonColumn;
  metrics: JsonColumn;
  score: number | null;
  seconds: number;
  at: DefaultedTime;
}

export interface EventsTable {
  id: Id;
  at: DefaultedTime;
  run: string;
  step: string;
  pipeline: string;
  datasetReference: string | null;
  rowsIn: number | null;
  rowsOut: number | null;
  parameters: JsonColumn;
  metrics: JsonColumn;
  status: "done" | "failed";
  errorCode: string | null;
  errorMessage: string | null;
  durationMs: number | null;
  /** How often the step was recorded; the row holds the last time. */
  attempts: Generated<number>;
}

export interface ModelVersionsTable {
  pipeline: string;
  version: number;
  hash: string;
  bundle: JsonColumn<ObjectReference>;
  run: string | null;
  verdict: string;
  reasons: JsonColumn<readonly string[]>;
  metrics: JsonColumn;
  parameters: JsonColumn;
  signature: JsonColumn;
  report: ColumnType<ObjectReference | null, string | null, string | null>;
  datasetReference: string | null;
  createdAt: DefaultedTime;
}

export interface AliasesTable {
  pipeline: string;
  alias: string;
  version: number;
  since: DefaultedTime;
  who: string;
  why: string;
}

export interface AliasHistoryTable {
  id: Id;
  at: DefaultedTime;
  pipeline: string;
  alias: string;
  action: "promote" | "rollback" | "remove";
  fromVersion: number | null;
  /** Null: the alias was taken away. */
  toVersion: number | null;
  who: string;
  why: string;
}

export interface ModelHistoryTable {
  id: Id;
  at: DefaultedTime;
  pipeline: string;
  version: number;
  run: string | null;
  verdict: string;
  reasons: JsonColumn<readonly string[]>;
  details: JsonColumn;
}

export interface InferenceLogsTable {
  id: Id;
  at: DefaultedTime;
  request: string;
  pipeline: string;
  version: number;
  kind: "predict" | "explain";
  rows: number;
  inputs: JsonColumn;
  answers: JsonColumn;
  latencyMs: number;
  /** Who asked, as far as the service was told. */
  caller: ColumnType<string | null, string | null | undefined, string | null>;
  /** W3C trace of the request. */
  trace: ColumnType<string | null, string | null | undefined, string | null>;
}

export type DriftVerdict = "stable" | "drifted" | "not enough data" | "no reference" | "no rows" | "failed";

export interface DriftHistoryTable {
  id: Id;
  at: DefaultedTime;
  pipeline: string;
  run: string;
  batch: number | null;
  /** Version whose training part is the reference; null: none was live. */
  version: number | null;
  rule: string;
  verdict: DriftVerdict;
  decision: "train" | "wait";
  /** What asked for the training; null when nothing did. */
  trigger: string | null;
  rows: number;
  reasons: JsonColumn<readonly string[]>;
  statistics: JsonColumn;
}

export interface SchedulesTable {
  pipeline: string;
  expression: string;
  servedUntil: Date;
  firedAt: Date | null;
}

export type FlowName = "ingestion" | "transformation" | "training" | "evaluation";

export interface FlowsTable {
  run: string;
  flow: FlowName;
  pipeline: string;
  definitionHash: string;
  outcome: JsonColumn;
  at: DefaultedTime;
}

export interface TasksTable {
  run: string;
  step: string;
  attempt: number;
  pipeline: string;
  stage: string;
  input: JsonColumn;
  state: Generated<"waiting" | "done" | "failed">;
  outcome: ColumnType<Json, string | null | undefined, string | null>;
  error: ColumnType<Json, string | null | undefined, string | null>;
  place: string | null;
  log: ColumnType<readonly ObjectReference[], string | undefined, string>;
  createdAt: DefaultedTime;
  startedAt: Date | null;
  endedAt: Date | null;
}

export interface RawDataTable {
  pipeline: string;
  batch: number;
  line: number;
  receivedAt: Date;
  row: JsonColumn;
}

export type PartLabel = "train" | "validation" | "test" | "left out";

export interface CleanDataTable {
  pipeline: string;
  batch: number;
  line: number;
  dataset: PartLabel;
  /** The dataset with which the row came, or came into this part. */
  datasetReference: string;
  row: JsonColumn;
}

export interface CleanBatchesTable {
  pipeline: string;
  batch: number;
  fingerprint: string;
  rows: number;
  /** The dataset of the run that was last. */
  datasetReference: string;
}

export interface ExecutorsTable {
  id: string;
  host: string;
  pid: number;
  applicationVersion: string;
  startedAt: DefaultedTime;
  heartbeatAt: DefaultedTime;
}

/** Tables of the PostgreSQL schema `atalaya`, in camel case here and in snake case there. */
export interface Schema {
  batches: BatchesTable;
  quarantine: QuarantineTable;
  datasets: DatasetsTable;
  runs: RunsTable;
  trials: TrialsTable;
  ingestionEvents: EventsTable;
  transformationEvents: EventsTable;
  trainingEvents: EventsTable;
  evaluationEvents: EventsTable;
  modelVersions: ModelVersionsTable;
  aliases: AliasesTable;
  aliasHistory: AliasHistoryTable;
  modelHistory: ModelHistoryTable;
  inferenceLogs: InferenceLogsTable;
  executors: ExecutorsTable;
  driftHistory: DriftHistoryTable;
  schedules: SchedulesTable;
  flows: FlowsTable;
  tasks: TasksTable;
  installation: { id: string };
  rawData: RawDataTable;
  cleanData: CleanDataTable;
  cleanBatches: CleanBatchesTable;
}

export type Row<Table extends keyof Schema> = Selectable<Schema[Table]>;
