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
}

const selectContent: PreparedStatement = {
  name: "run-content",
  text: `select 'param' as kind, run, key, value as text, null::double precision as value, 0::bigint as at, 0::bigint as step,
      0::bigint as place from atalaya.run_params where run = any($1::bigint[])
    union all select 'tag', run, key, value, null, 0, 0, 0 from atalaya.run_tags where run = any($1::bigint[])
    union all select 'metric', run, key, null, value, at, step, 0 from atalaya.latest_metrics where run = any($1::bigint[])
    union all select 'dataset', run, '', jsonb_build_object('name', name, 'digest', digest, 'sourceType', source_type,
        'source', source, 'schema', schema, 'profile', profile, 'tags', tags)::text, null, 0, 0, dataset
      from atalaya.run_datasets join atalaya.tracked_datasets on id = dataset where run = any($1::bigint[])
    union all select kind, run, model, null, null, 0, step, number from atalaya.run_models where run = any($1::bigint[])
    order by run, kind, place, key`,
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
  for (const row of await runPrepared<ContentRow>(database, selectContent, [[...contents.keys()]])) {
    const content = contents.get(row.run);
    if (content !== undefined) add(content, row);
  }
  return runs.map((run) => ({ ...run, ...(contents.get(run.number) as Content) }));
}

function add(content: Content, { kind, key, text, value, at, step }: ContentRow): void {
  switch (kind) {
    case "param":
      content.params.push({ key, value: text ?? "" } satisfies KeyValue);
      return;
    case "tag":
      content.tags.push({ key, value: text ?? "" } satisfies KeyValue);
      return;
    case "metric":
      content.metrics.push({ key, value: value ?? Number.NaN, at, step } satisfies Metric);
      return;
    case "dataset":
      content.datasets.push(JSON.parse(text ?? "{}") as DatasetInput);
      return;
    case "input":
      content.inputModels.push({ model: key, step } satisfies ModelLink);
      return;
    case "output":
      content.outputModels.push({ model: key, step } satisfies ModelLink);
  }
}
