import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Puts ended runs of made-up pipelines into the database of a running platform.
 *
 * @param {string} repository
 * @param {string} home  ATALAYA_HOME of the platform
 * @param {number} count
 */
export async function addRuns(repository, home, count) {
  const { openStore, sql } = await import(pathToFileURL(join(repository, "packages/store/dist/index.js")).href);
  const store = await openStore({ home, databaseUrl: null, s3: null });
  try {
    await sql`
      insert into atalaya.runs (id, pipeline, definition_hash, trigger, state, started_at, ended_at, verdict, error_code, error_message)
      select gen_random_uuid()::text, 'bench-' || n % 7, 'bench', 'cron 0 3 * * 1',
        case n % 10 when 0 then 'failed' else 'done' end,
        now() - make_interval(mins => n), now() - make_interval(mins => n) + interval '40 seconds',
        case n % 10 when 0 then null else 'promoted' end,
        case n % 10 when 0 then 'INGEST_CONTRACT' end,
        case n % 10 when 0 then 'batch ' || n || ' is the wrong file' end
      from generate_series(1, ${count}::int) as n`.execute(store.database);
    await sql`analyze atalaya.runs`.execute(store.database);
  } finally {
    await store.close();
  }
}
