import type { Json } from "@atalaya/store";
import type { Change } from "./outbox.js";

/** Values of one run, taken out of several changes. */
export interface LogJob {
  readonly kind: "log";
  readonly run: string;
  readonly ids: number[];
  readonly params: Map<string, string>;
  /** Null: the tag is taken away. */
  readonly tags: Map<string, string | null>;
  readonly metrics: MetricPoint[];
  readonly datasets: number[];
}

/** Something to look at: what is there now is what the other side gets. */
export interface LookJob {
  readonly kind: Exclude<Change["kind"], "params" | "tags" | "metrics" | "datasets">;
  readonly subject: string;
  readonly content: Json;
  readonly ids: number[];
}

export type Job = LogJob | LookJob;
/** Key, value (NaN as a word), time in milliseconds, step. */
export type MetricPoint = readonly [key: string, value: number | string, at: number, step: number];

/**
 * Puts changes together that one call can carry: values of a run that are logged between two looks at it, and looks at one
 * thing. Values may move to the front, never behind a look at their run that came later.
 */
export function jobsOf(changes: readonly Change[]): Job[] {
  const jobs: Job[] = [];
  const logs = new Map<string, LogJob>();
  const looks = new Map<string, LookJob>();
  for (const change of changes) {
    const { id, kind, subject, content } = change;
    if (kind === "params" || kind === "tags" || kind === "metrics" || kind === "datasets") {
      const known = logs.get(subject);
      const job = known ?? emptyLog(subject);
      if (known === undefined) {
        jobs.push(job);
        logs.set(subject, job);
        // A look that comes after these values must find them there.
        looks.delete(`run ${subject}`);
      }
      job.ids.push(id);
      addValues(job, change);
      continue;
    }
    const key = `${kind === "whole" ? "run" : kind} ${subject}`;
    const known = looks.get(key);
    // A version before its alias, a rename between two looks: only a repetition of the very last look may be left out.
    if (known !== undefined && known.kind === kind && isRepeatable(kind)) {
      known.ids.push(id);
      continue;
    }
    const job: LookJob = { kind, subject, content, ids: [id] };
    jobs.push(job);
    looks.set(key, job);
    logs.delete(subject);
  }
  return jobs;
}

/** Versions and aliases wait for each other, and a deleted experiment for its runs, so their looks stay where they are. */
function isRepeatable(kind: LookJob["kind"]): boolean {
  return kind === "run" || kind === "whole" || kind === "artifact";
}

function emptyLog(run: string): LogJob {
  return { kind: "log", run, ids: [], params: new Map(), tags: new Map(), metrics: [], datasets: [] };
}

function addValues(job: LogJob, { kind, content }: Change): void {
  if (kind === "metrics") job.metrics.push(...(content as unknown as MetricPoint[]));
  else if (kind === "datasets") job.datasets.push(...(content as unknown as number[]));
  else
    for (const [key, value] of Object.entries(content as Record<string, string | null>)) {
      if (kind === "tags") job.tags.set(key, value);
      else if (value !== null) job.params.set(key, value);
    }
}

/** At most this many values in one call, as MLflow has it. */
const most = { metrics: 1_000, params: 100, tags: 100, all: 1_000 } as const;

export interface LogBatch {
  readonly metrics: readonly MetricPoint[];
  readonly params: readonly (readonly [string, string])[];
  readonly tags: readonly (readonly [string, string])[];
}

/** Values in as few batches as MLflow takes. */
export function batchesOf(job: Pick<LogJob, "params" | "tags" | "metrics">): LogBatch[] {
  const params = [...job.params];
  const tags = [...job.tags].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  const metrics = [...job.metrics];
  const batches: LogBatch[] = [];
  while (params.length + tags.length + metrics.length > 0) {
    const some = { params: params.splice(0, most.params), tags: tags.splice(0, most.tags) };
    const room = Math.min(most.metrics, most.all - some.params.length - some.tags.length);
    batches.push({ ...some, metrics: metrics.splice(0, room) });
  }
  return batches;
}
