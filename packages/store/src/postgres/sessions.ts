import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { errors } from "../errors.js";
import { databaseUser } from "./initialise.js";

/** Codes of PostgreSQL (appendix A of its manual). */
const wrongPassword = "28P01";
const unknownDatabase = "3D000";
const tooManyConnections = "53300";

/**
 * Asks the server on a port for a session of ours, and makes the database `atalaya` when it is new.
 *
 * @returns false while the server is not ready for sessions
 * @throws STORE_PASSWORD_LOST
 */
export async function probe(port: number, password: string, passwordFile: string): Promise<boolean> {
  const connection = { host: "127.0.0.1", port, user: databaseUser, password, application_name: "atalaya-probe" };
  try {
    await inSession({ ...connection, database: "atalaya" }, "select 1");
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === wrongPassword) throw errors.PASSWORD_LOST({ file: passwordFile }, error);
    if (code === tooManyConnections) return true;
    if (code !== unknownDatabase) return false;
  }
  await inSession({ ...connection, database: "postgres" }, "create database atalaya");
  return true;
}

/**
 * Sessions of other launches; our own, which may still be closing, are not counted. Those of a process that was just
 * closed or killed need a moment to end, on a busy machine a long one, so a number above 0 is only believed after `patienceMs`.
 */
export async function countOtherSessions(url: string, sessionName: string, patienceMs = 3_000): Promise<number> {
  const query = `select count(*)::int as sessions from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()
      and application_name like 'atalaya%' and application_name <> 'atalaya-probe' and application_name <> $1`;
  for (const deadline = Date.now() + patienceMs; ; await sleep(50)) {
    const rows = await inSession({ connectionString: url, application_name: "atalaya-probe" }, query, [sessionName]).catch(
      () => [],
    );
    const sessions = Number(rows[0]?.sessions ?? 0);
    if (sessions === 0 || Date.now() > deadline) return sessions;
  }
}

async function inSession(
  connection: ConstructorParameters<typeof Client>[0] & object,
  query: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000 });
  // Without a listener, a server that goes away ends our process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(query, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
