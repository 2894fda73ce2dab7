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

/** Lets `runPrepared` reach the sessions below a database. */
export function rememberPool(database: Kysely<Schema>, pool: Pool): void {
  pools.set(database, pool);
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

/**
 * Runs a query whose text depends on what is asked for, without what Kysely does to each of its rows: names of columns in its
 * answer are as they are written.
 *
 * Cost: one round trip; PostgreSQL plans it for these values.
 */
export async function runPlanned<Row>(database: Kysely<Schema>, query: RawBuilder<Row>): Promise<readonly Row[]> {
  const compiled = query.compile(database);
  const pool = pools.get(database);
  if (pool === undefined) return (await database.executeQuery<Row>(compiled)).rows;
  return (await pool.query({ text: compiled.sql, values: [...compiled.parameters] })).rows as Row[];
}
