import { type Kysely, type Migration, Migrator, sql } from "kysely";
import { errors } from "../errors.js";
import { data } from "./migrations/0001-data.js";
import { runs } from "./migrations/0002-runs.js";
import { models } from "./migrations/0003-models.js";
import { serving } from "./migrations/0004-serving.js";
import { loop } from "./migrations/0005-loop.js";
import { experiments } from "./migrations/0020-experiments.js";
import { registeredModels } from "./migrations/0021-registered-models.js";
import { trackedPipelines } from "./migrations/0022-tracked-pipelines.js";
import { inferenceLog } from "./migrations/0030-inference-log.js";
import { registryOutbox } from "./migrations/0040-registry-outbox.js";
import { announcements } from "./migrations/0041-announcements.js";
import { retriedRuns } from "./migrations/0060-retried-runs.js";
import { tasks } from "./migrations/0070-tasks.js";
import { mirror } from "./migrations/0075-mirror.js";
import { uploads } from "./migrations/0076-uploads.js";
import { refusedParameters } from "./migrations/0077-refused-parameters.js";
import { sharedAnswers } from "./migrations/0080-shared-answers.js";
import { cleanBatches } from "./migrations/0085-clean-batches.js";
import { metricOrder } from "./migrations/0090-metric-order.js";
import { runTouches } from "./migrations/0091-run-touches.js";

/** Forward only: a released migration is never changed, and there is no way down. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001-data": data,
  "0002-runs": runs,
  "0003-models": models,
  "0004-serving": serving,
  "0005-loop": loop,
  "0020-experiments": experiments,
  "0021-registered-models": registeredModels,
  "0022-tracked-pipelines": trackedPipelines,
  "0030-inference-log": inferenceLog,
  "0040-registry-outbox": registryOutbox,
  "0041-announcements": announcements,
  "0060-retried-runs": retriedRuns,
  "0070-tasks": tasks,
  "0075-mirror": mirror,
  "0076-uploads": uploads,
  "0077-refused-parameters": refusedParameters,
  "0080-shared-answers": sharedAnswers,
  "0085-clean-batches": cleanBatches,
  "0090-metric-order": metricOrder,
  "0091-run-touches": runTouches,
};

const known = Object.keys(migrations).at(-1) ?? "";

/**
 * Brings the schema `atalaya` up to this release, in one transaction under an advisory lock, so that any number of
 * processes may start at once.
 *
 * @param database  without plugins: names of migrations stay as they are
 * @returns names of the migrations that were applied now
 * @throws STORE_DATABASE_NEWER, STORE_MIGRATION_FAILED
 */
export async function migrate(database: Kysely<unknown>): Promise<string[]> {
  const applied = await readApplied(database);
  const unknown = applied.find((name) => !(name in migrations));
  if (unknown !== undefined) throw errors.DATABASE_NEWER({ found: unknown, known });
  if (applied.length === Object.keys(migrations).length) return [];
  const migrator = new Migrator({
    db: database,
    migrationTableSchema: "atalaya",
    migrationTableName: "migrations",
    migrationLockTableName: "migrations_lock",
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return (results ?? []).map((result) => result.migrationName);
  const failed = results?.find((result) => result.status === "Error")?.migrationName ?? known;
  throw errors.MIGRATION_FAILED({ migration: failed, because: error instanceof Error ? error.message : String(error) }, error);
}

/** One cheap query at every start; the migrator itself asks for the whole catalogue. */
async function readApplied(database: Kysely<unknown>): Promise<string[]> {
  const table = await sql<{ found: string | null }>`select to_regclass('atalaya.migrations')::text as found`.execute(database);
  if (table.rows[0]?.found == null) return [];
  const { rows } = await sql<{ name: string }>`select name from atalaya.migrations order by name`.execute(database);
  return rows.map((row) => row.name);
}
