import { type MetricDefinition, STEP_BOUNDS } from "./metric-definition.js";

const facts = { role: "facts" } as const;
const gauge = { ...facts, type: "gauge" } as const;
const counter = { ...facts, type: "counter" } as const;
const worker = { role: "worker" } as const;
const moment = { ...gauge, labels: ["pipeline"], unit: "seconds since 1970" } as const;

/** What runs did, what came in and what is live, as PostgreSQL has it: the same from every process that is asked. */
const factMetrics = {
  atalaya_runs_total: {
    ...counter,
    labels: ["pipeline", "state"],
    unit: "runs",
    help: "Runs that ended, as done, failed or cancelled",
  },
  atalaya_runs_unfinished: { ...gauge, labels: ["pipeline", "state"], unit: "runs", help: "Runs that are queued or running" },
  atalaya_run_last_failed: { ...gauge, labels: ["pipeline"], unit: "0 or 1", help: "1 when the newest run that ended failed" },
  atalaya_run_last_end_timestamp_seconds: { ...moment, help: "When the newest run ended" },
  atalaya_run_last_seconds: { ...gauge, labels: ["pipeline"], unit: "seconds", help: "How long the newest run that ended took" },
  atalaya_run_progress_timestamp_seconds: {
    ...moment,
    help: "When a run that goes on last finished a step, or began: stuck when long ago",
  },
  atalaya_step_retries_total: {
    ...counter,
    labels: ["pipeline"],
    unit: "attempts",
    help: "Steps that were recorded again, after a failure or a crash",
  },
  atalaya_batches_total: {
    ...counter,
    labels: ["pipeline", "state"],
    unit: "batches",
    help: "Raw batches, by what the contract said of them",
  },
  atalaya_rows_total: {
    ...counter,
    labels: ["pipeline", "outcome"],
    unit: "rows",
    help: "Rows of the batches, accepted or quarantined",
  },
  atalaya_batch_last_timestamp_seconds: { ...moment, help: "When the newest batch came: data is stale when long ago" },
  atalaya_fresh_within_seconds: {
    ...gauge,
    labels: ["pipeline"],
    unit: "seconds",
    help: "How old rows may be, where the pipeline says so: a batch is due in that time",
  },
  atalaya_drifted: {
    ...gauge,
    labels: ["pipeline"],
    unit: "0 or 1",
    help: "1 when the newest drift check that had enough rows found drift",
  },
  atalaya_drift_largest_psi: {
    ...gauge,
    labels: ["pipeline"],
    unit: "population stability index",
    help: "Largest shift of a watched column at the newest drift check",
  },
  atalaya_drift_checks_total: {
    ...counter,
    labels: ["pipeline", "verdict"],
    unit: "checks",
    help: "Drift checks, by verdict",
  },
  atalaya_live_quality: {
    ...gauge,
    labels: ["pipeline", "metric"],
    unit: "of the metric",
    help: "Quality of the version that answered last, on the answers of the last day whose truth is known",
  },
  atalaya_live_quality_rows: {
    ...gauge,
    labels: ["pipeline"],
    unit: "rows",
    help: "Answers behind atalaya_live_quality",
  },
  atalaya_gate_limit: {
    ...gauge,
    labels: ["pipeline", "metric", "bound"],
    unit: "of the metric",
    help: "Limit of the pipeline's gate for this metric; bound is atLeast or atMost",
  },
  atalaya_model_verdicts_total: {
    ...counter,
    labels: ["pipeline", "verdict"],
    unit: "versions",
    help: "Versions trained, promoted or refused by the gates",
  },
  atalaya_alias_moves_total: {
    ...counter,
    labels: ["pipeline", "action"],
    unit: "moves",
    help: "Moves of the alias that the pipeline promotes to: promote, rollback, remove",
  },
  atalaya_alias_version: {
    ...gauge,
    labels: ["pipeline"],
    unit: "version",
    help: "Version that carries the alias that the pipeline promotes to, 0 for none",
  },
  atalaya_mirror_lag_seconds: {
    ...gauge,
    labels: [],
    unit: "seconds",
    help: "Age of the oldest change that the MLflow server of MLFLOW_TRACKING_URI does not have yet, 0 when it has all",
  },
  atalaya_mirror_changes: {
    ...gauge,
    labels: ["state"],
    unit: "changes",
    help: "Changes for the MLflow server of MLFLOW_TRACKING_URI: waiting, or refused by it",
  },
  atalaya_facts_timestamp_seconds: {
    ...gauge,
    labels: [],
    unit: "seconds since 1970",
    help: "When the facts were last read out of PostgreSQL: they are old when it does not answer",
  },
  atalaya_database_up: { ...gauge, labels: [], unit: "0 or 1", help: "1 when PostgreSQL answered the last reading of facts" },
  atalaya_tasks: {
    ...gauge,
    labels: ["pipeline", "state"],
    unit: "attempts",
    help: "Attempts at steps by processes of their own (Jobs of Kubernetes, where steps run there): queued, running, done, failed",
  },
} as const satisfies Record<string, MetricDefinition>;

/** What this process does of runs. */
const workerMetrics = {
  atalaya_step_seconds: {
    ...worker,
    type: "histogram",
    labels: ["pipeline", "step"],
    unit: "seconds",
    bounds: STEP_BOUNDS,
    help: "Time of steps that this process carried out",
  },
  atalaya_steps_replayed_total: {
    ...worker,
    type: "counter",
    labels: ["pipeline"],
    unit: "steps",
    help: "Steps that a run which was continued found done, and did not repeat",
  },
  atalaya_runs_active: {
    ...worker,
    type: "gauge",
    labels: ["pipeline"],
    unit: "runs",
    help: "Runs that this process carries out now",
  },
  atalaya_runs_ended_total: {
    ...worker,
    type: "counter",
    labels: ["pipeline", "verdict"],
    unit: "runs",
    help: "Runs that ended in this process, by verdict, or failed",
  },
} as const satisfies Record<string, MetricDefinition>;

const store = { role: "store" } as const;

/** What this process asks of PostgreSQL and of the object store. */
const storeMetrics = {
  atalaya_database_sessions: {
    ...store,
    type: "gauge",
    labels: ["state"],
    unit: "sessions",
    help: "Sessions of this process's pool: busy, idle, and waiting, the work that waits for one",
  },
  atalaya_object_operations_total: {
    ...store,
    type: "counter",
    labels: ["operation", "outcome"],
    unit: "operations",
    help: "Operations on the object store, done or failed",
  },
  atalaya_object_seconds_total: {
    ...store,
    type: "counter",
    labels: ["operation"],
    unit: "seconds",
    help: "Time of operations on the object store",
  },
} as const satisfies Record<string, MetricDefinition>;

export const pipelineMetrics = { ...factMetrics, ...workerMetrics, ...storeMetrics };
