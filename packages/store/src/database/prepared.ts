import { CompiledQuery, type Kysely, type RawBuilder } from "kysely";
import type { Pool } from "pg";
import type { Schema } from "./schema.js";

/** A query whose text never changes. Names of columns in its answer are as they are written: quote those in camel case. */
export interface PreparedStatement {
  /** One name stands for one text, in every session. */
  readonly name: string;
  /** With `$1`, `$2`, … */
  readonly text: string;
}

const pools = new WeakMap<object, Pool>();
/** Writes raw SQL as it is: plugins would look at every piece of it for nothing. */
const writers = new WeakMap<object, Kysely<Schema>>();

/** Lets `runPrepared` and `runPlanned` reach the sessions below a database. */
export function rememberPool(database: Kysely<Schema>, pool: Pool): void {
  pools.set(database, pool);
  writers.set(database, database.withoutPlugins());
}

/**
 * Runs a statement that PostgreSQL parses and plans once a session: for what is asked a thousand times a minute. In a
 * transaction it runs as any other query.
 *
 * Cost: one round trip; nothing is compiled here.
 */
export async function runPrepared<Row>(
  database: Kysely<Schema>,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const pool = pools.get(database);
  if (pool === undefined) return (await database.executeQuery<Row>(CompiledQuery.raw(statement.text, [...values]))).rows;
  const { name, text } = statement;
  return (await pool.query({ name, text, values: [...values] })).rows as Row[];
}

/** A statement takes some ten kilobytes of every session, so only so many of those that come again and again are prepared. */
const mostShapes = 16;
const usesBefore = 3;
const mostWatched = 500;
const names = new Map<string, string>();
const uses = new Map<string, number>();

/** The name to prepare a text under; null: it is planned each time. */
function nameOf(text: string): string | null {
  const known = names.get(text);
  if (known !== undefined || names.size === mostShapes) return known ?? null;
  const count = (uses.get(text) ?? 0) + 1;
  if (uses.size >= mostWatched) uses.clear();
  uses.set(text, count);
  if (count < usesBefore) return null;
  const name = `shape-${names.size}`;
  names.set(text, name);
  return name;
}

/**
 * Runs a query whose text depends on what is asked for, without what Kysely does to each of its rows: names of columns in its
 * answer are as they are written.
 *
 * Cost: one round trip; PostgreSQL plans it for these values.
 *
 * @param mayPrepare  the same text may be planned once a session when it comes often: right where one plan suits all values
 */
export async function runPlanned<Row>(
  database: Kysely<Schema>,
  query: RawBuilder<Row>,
  { mayPrepare = false }: { readonly mayPrepare?: boolean } = {},
): Promise<readonly Row[]> {
  const compiled = query.compile(writers.get(database) ?? database);
  const pool = pools.get(database);
  if (pool === undefined) return (await database.executeQuery<Row>(compiled)).rows;
  const name = mayPrepare ? nameOf(compiled.sql) : null;
  const values = [...compiled.parameters];
  const answer = await pool.query(name === null ? { text: compiled.sql, values } : { name, text: compiled.sql, values });
  return answer.rows as Row[];
}
