import { setTimeout as sleep } from "node:timers/promises";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import { Pool, TypeOverrides } from "pg";
import { errors } from "../errors.js";
import { migrate } from "./migrate.js";
import { rememberPool } from "./prepared.js";
import type { Schema } from "./schema.js";

export interface ConnectOptions {
  readonly sessionName: string;
  /** How long a server that does not answer yet is waited for. */
  readonly patienceMs?: number;
  readonly onNotice?: (text: string) => void;
}

const int8 = 20;
const int8Array = 1016;

/** Counts and ids of ours stay below 2⁵³, so they are read as numbers, not as pg's text. */
const overrides = new TypeOverrides();
overrides.setTypeParser(int8, Number);
overrides.setTypeParser(int8Array, (text: string) => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number)));

/**
 * A pool of sessions on a migrated database.
 *
 * @throws STORE_DATABASE_UNREACHABLE, STORE_DATABASE_REFUSED, STORE_DATABASE_NEWER, STORE_MIGRATION_FAILED
 */
export async function connect(url: string, options: ConnectOptions): Promise<Kysely<Schema>> {
  const pool = new Pool({
    connectionString: url,
    application_name: options.sessionName,
    max: 10,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    types: overrides,
  });
  // An idle session that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => options.onNotice?.(`A session of PostgreSQL broke: ${error.message}`));
  // One that breaks under work fails that work; it tells so once more by itself, and that too would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  const dialect = new PostgresDialect({ pool });
  try {
    await waitForServer(pool, url, options);
    await migrate(new Kysely<unknown>({ dialect }));
  } catch (error) {
    await pool.end();
    throw error;
  }
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })];
  const database = new Kysely<Schema>({ dialect, plugins }).withSchema("atalaya");
  pools.set(database, pool);
  rememberPool(database, pool);
  return database;
}

const pools = new WeakMap<Kysely<Schema>, Pool>();

/** Sessions of a pool now: those at work, those that wait for work, and the work that waits for one. */
export function databaseSessions(database: Kysely<Schema>): {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
} {
  const pool = pools.get(database);
  if (pool === undefined) return { busy: 0, idle: 0, waiting: 0 };
  return { busy: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount };
}

async function waitForServer(pool: Pool, url: string, { patienceMs = 15_000, onNotice }: ConnectOptions): Promise<void> {
  const address = describeAddress(url);
  let isTold = false;
  for (const deadline = Date.now() + patienceMs; ; await sleep(250)) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      const because = explain(error);
      if (!isWorthWaiting(error)) throw errors.DATABASE_REFUSED({ address, because }, error);
      if (Date.now() > deadline) throw errors.DATABASE_UNREACHABLE({ address, because }, error);
      if (!isTold) onNotice?.(`Waiting for PostgreSQL at ${address}: ${because}`);
      isTold = true;
    }
  }
}

/** Classes 08 and 57 of PostgreSQL's codes are connections and a server that starts or stops; 53 is one without resources. */
function isWorthWaiting(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === undefined || /^E[A-Z]+$/.test(code) || /^(08|57|53)/.test(code);
}

/** A failed attempt on several addresses of one name has an empty message of its own. */
function explain(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(explain).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** Host, port and database: never user and password. */
export function describeAddress(url: string): string {
  if (!URL.canParse(url)) return "the given address";
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
