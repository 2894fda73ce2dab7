import { sql, toJson, toText } from "@atalaya/store";
import type { Database } from "./database.js";
import { checkRunActive, type DatasetInput, findRun, type ModelLink } from "./runs.js";

/**
 * Says what a run read: datasets, each once for an experiment by name and digest, and models.
 *
 * @throws REGISTRY_RUN_UNKNOWN, REGISTRY_RUN_NOT_ACTIVE
 */
export async function logInputs(
  database: Database,
  id: string,
  { datasets, models }: { readonly datasets: readonly DatasetInput[]; readonly models: readonly string[] },
): Promise<void> {
  const run = await findRun(database, id);
  checkRunActive(run);
  await database.transaction().execute(async (transaction) => {
    for (const dataset of datasets) {
      await sql`
        with known as (
          insert into atalaya.tracked_datasets (experiment, name, digest, source_type, source, schema, profile)
          values (${run.experiment}, ${toText(dataset.name)}, ${toText(dataset.digest)}, ${toText(dataset.sourceType)},
            ${toText(dataset.source)}, ${textOrNull(dataset.schema)}, ${textOrNull(dataset.profile)})
          on conflict (experiment, name, digest) do update set name = excluded.name returning id
        )
        insert into atalaya.run_datasets (run, dataset, tags)
        select ${run.number}::bigint, id, ${toJson(dataset.tags)}::jsonb from known on conflict do nothing`.execute(transaction);
    }
    await link(
      transaction,
      run.number,
      "input",
      models.map((model) => ({ model, step: 0 })),
    );
  });
}

/** Says what models a run made. @throws REGISTRY_RUN_UNKNOWN, REGISTRY_RUN_NOT_ACTIVE */
export async function logOutputs(database: Database, id: string, models: readonly ModelLink[]): Promise<void> {
  const run = await findRun(database, id);
  checkRunActive(run);
  await link(database, run.number, "output", models);
}

async function link(database: Database, run: number, kind: "input" | "output", models: readonly ModelLink[]): Promise<void> {
  if (models.length === 0) return;
  await sql`
    insert into atalaya.run_models (run, model, kind, step)
    select ${run}::bigint, model, ${kind}::text, step
    from unnest(${models.map(({ model }) => toText(model))}::text[], ${models.map(({ step }) => step)}::bigint[]) as given (model, step)
    on conflict do nothing`.execute(database);
}

function textOrNull(text: string | null): string | null {
  return text === null ? null : toText(text);
}
