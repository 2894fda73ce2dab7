import { dashboardOf, lines, number } from "./panels.mjs";

const own = 'pipeline=~"$pipeline"';

/** Runs, steps, data, and what they stand on. */
export const pipelinesDashboard = () =>
  dashboardOf(
    {
      uid: "atalaya-pipelines",
      title: "Atalaya: pipelines",
      about: "Runs and their steps, batches and rows, PostgreSQL and the object store.",
    },
    { Now: now(), Runs: runs(), Data: data(), Stores: stores() },
  );

const now = () => [
  number({
    title: "Runs that go on",
    about: "Queued or running.",
    queries: [{ expr: `sum(max by (pipeline, state) (atalaya_runs_unfinished{${own}})) or vector(0)` }],
  }),
  number({
    title: "Pipelines whose last run failed",
    about: "The version before goes on serving.",
    queries: [{ expr: `sum(max by (pipeline) (atalaya_run_last_failed{${own}})) or vector(0)` }],
  }),
  number({
    title: "Rows in quarantine",
    about: "Of all batches.",
    queries: [{ expr: `sum(max by (pipeline) (atalaya_rows_total{${own}, outcome="quarantined"})) or vector(0)` }],
  }),
  number({
    title: "Oldest data",
    about: "Time since the newest batch of the pipeline that waits longest.",
    unit: "s",
    queries: [{ expr: `time() - min(max by (pipeline) (atalaya_batch_last_timestamp_seconds{${own}}))` }],
  }),
];

const runs = () => [
  lines({
    title: "Runs that ended, by state",
    about: "Since the beginning.",
    queries: [{ expr: `max by (pipeline, state) (atalaya_runs_total{${own}})`, legend: "{{pipeline}}: {{state}}" }],
  }),
  lines({
    title: "Time of the last run",
    about: "From its start to its end.",
    unit: "s",
    queries: [{ expr: `max by (pipeline) (atalaya_run_last_seconds{${own}})`, legend: "{{pipeline}}" }],
  }),
  lines({
    title: "Mean time of a step",
    about: "Of the steps that the processes carried out since they started.",
    unit: "s",
    queries: [
      {
        expr: `sum by (pipeline, step) (atalaya_step_seconds_sum{${own}}) / sum by (pipeline, step) (atalaya_step_seconds_count{${own}})`,
        legend: "{{pipeline}} {{step}}",
      },
    ],
  }),
  lines({
    title: "Steps recorded again",
    about: "After a failure or a crash.",
    queries: [{ expr: `max by (pipeline) (atalaya_step_retries_total{${own}})`, legend: "{{pipeline}}" }],
  }),
  lines({
    title: "Steps in processes of their own",
    about: "Jobs of Kubernetes, where steps run there: queued, running, done, failed.",
    queries: [
      {
        expr: `max by (pipeline, state) (atalaya_tasks{${own}}) or label_replace(vector(0), "state", "none", "", "")`,
        legend: "{{pipeline}}: {{state}}",
      },
    ],
  }),
  lines({
    title: "Runs in a process",
    about: "That it carries out now.",
    queries: [{ expr: `sum by (instance, pipeline) (atalaya_runs_active{${own}})`, legend: "{{pipeline}} {{instance}}" }],
  }),
];

const data = () => [
  lines({
    title: "Batches, by state",
    about: "Accepted, refused or unreadable.",
    queries: [{ expr: `max by (pipeline, state) (atalaya_batches_total{${own}})`, legend: "{{pipeline}}: {{state}}" }],
  }),
  lines({
    title: "Rows",
    about: "Accepted and quarantined, of all batches.",
    queries: [{ expr: `max by (pipeline, outcome) (atalaya_rows_total{${own}})`, legend: "{{pipeline}}: {{outcome}}" }],
  }),
  lines({
    title: "Time since the newest batch",
    about: "Data is stale beyond what the pipeline allows.",
    unit: "s",
    queries: [{ expr: `time() - max by (pipeline) (atalaya_batch_last_timestamp_seconds{${own}})`, legend: "{{pipeline}}" }],
  }),
  lines({
    title: "Share in quarantine",
    about: "Of all rows that came.",
    unit: "percentunit",
    queries: [
      {
        expr: `max by (pipeline) (atalaya_rows_total{${own}, outcome="quarantined"}) / sum by (pipeline) (max by (pipeline, outcome) (atalaya_rows_total{${own}}))`,
        legend: "{{pipeline}}",
      },
    ],
  }),
];

const stores = () => [
  lines({
    title: "Sessions of PostgreSQL",
    about: "Of each process: busy, idle, and work that waits for one.",
    queries: [{ expr: "sum by (instance, state) (atalaya_database_sessions)", legend: "{{instance}} {{state}}" }],
  }),
  lines({
    title: "PostgreSQL answers",
    about: "1 when it answered the last reading of facts.",
    max: 1,
    queries: [{ expr: "max by (job, instance) (atalaya_database_up)", legend: "{{job}} {{instance}}" }],
  }),
  lines({
    title: "Operations on the object store",
    about: "Since the processes started.",
    queries: [
      {
        expr: "sum by (operation, outcome) (atalaya_object_operations_total)",
        legend: "{{operation}} {{outcome}}",
      },
    ],
  }),
  lines({
    title: "Mean time of an operation on the object store",
    about: "Since the processes started.",
    unit: "s",
    queries: [
      {
        expr: "sum by (operation) (atalaya_object_seconds_total) / sum by (operation) (atalaya_object_operations_total > 0)",
        legend: "{{operation}}",
      },
    ],
  }),
];
