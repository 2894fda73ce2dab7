import { type PreparedStatement, runPrepared } from "@atalaya/store";
import type { Database } from "./database.js";
import type { DatasetInput, KeyValue, Metric, ModelLink, RunInfo, TrackedRun } from "./runs.js";

/** One row of anything below a run. What a kind does not have is null or 0. */
interface ContentRow {
  readonly kind: "dataset" | "input" | "metric" | "output" | "param" | "tag";
  readonly run: number;
  readonly key: string;
  /** Of a dataset: all of it as JSON. */
  readonly text: string | null;
  readonly value: number | null;
  readonly at: number;
  readonly step: number;
  /** What datasets and models are ordered by. */
  readonly place: number;
}

/** Unsorted: what is logged by key comes off its index nearly in order, and is sorted below for half of what PostgreSQL takes. */
const selectContent: PreparedStatement = {
  name: "run-content",
  text: `select 'param' as kind, run, key, value as text, null::double precision as value, 0::bigint as at, 0::bigint as step,
      0::bigint as place from atalaya.run_params where run = any($1::bigint[])
    union all select 'tag', run, key, value, null, 0, 0, 0 from atalaya.run_tags where run = any($1::bigint[])
    union all select 'metric', run, key, null, value, at, step, 0 from atalaya.latest_metrics where run = any($1::bigint[])
    union all select 'dataset', run, '', jsonb_build_object('name', name, 'digest', digest, 'sourceType', source_type,
        'source', source, 'schema', schema, 'profile', profile, 'tags', tags)::text, null, 0, 0, dataset
      from atalaya.run_datasets join atalaya.tracked_datasets on id = dataset where run = any($1::bigint[])
    union all select kind, run, model, null, null, 0, step, number from atalaya.run_models where run = any($1::bigint[])`,
};

type Content = {
  readonly [Kind in "params" | "tags" | "metrics" | "datasets" | "inputModels" | "outputModels"]: TrackedRun[Kind][number][];
};

/** Adds everything that was logged to runs. Cost: one round trip, whatever the number of runs. */
export async function withContent(database: Database, runs: readonly RunInfo[]): Promise<TrackedRun[]> {
  if (runs.length === 0) return [];
  const contents = new Map<number, Content>();
  for (const { number } of runs)
    contents.set(number, { params: [], tags: [], metrics: [], datasets: [], inputModels: [], outputModels: [] });
  const placed: ContentRow[] = [];
  for (const row of await runPrepared<ContentRow>(database, selectContent, [[...contents.keys()]])) {
    const content = contents.get(row.run);
    if (content === undefined) continue;
    if (row.place === 0) addKeyed(content, row);
    else placed.push(row);
  }
  for (const row of placed.sort((one, next) => one.place - next.place)) addPlaced(contents.get(row.run) as Content, row);
  for (const { params, tags, metrics } of contents.values()) for (const list of [params, tags, metrics]) list.sort(byKey);
  return runs.map((run) => ({ ...run, ...(contents.get(run.number) as Content) }));
}

function byKey(one: { readonly key: string }, next: { readonly key: string }): number {
  return one.key < next.key ? -1 : 1;
}

function addKeyed(content: Content, { kind, key, text, value, at, step }: ContentRow): void {
  if (kind === "metric") content.metrics.push({ key, value: value ?? Number.NaN, at, step } satisfies Metric);
  else (kind === "param" ? content.params : content.tags).push({ key, value: text ?? "" } satisfies KeyValue);
}

function addPlaced(content: Content, { kind, key, text, step }: ContentRow): void {
  if (kind === "dataset") content.datasets.push(JSON.parse(text ?? "{}") as DatasetInput);
  else (kind === "input" ? content.inputModels : content.outputModels).push({ model: key, step } satisfies ModelLink);
}
