import { type Kysely, sql } from "kysely";
import { toText } from "../database/json.js";
import type { Schema } from "../database/schema.js";

/** A row that was refused: where it stood, why, and what it said. */
export interface QuarantinedRow {
  /** Line in the batch, from 1; null when the format has none. */
  readonly line: number | null;
  /** Column that the reason is about; null when it is about the whole row. */
  readonly column: string | null;
  readonly reason: string;
  readonly text: string | null;
}

/** Rows in memory, or one after the other: a batch may have millions of them. */
export type QuarantinedRows = Iterable<QuarantinedRow> | AsyncIterable<QuarantinedRow>;

export interface Quarantine {
  /** Sets the refused rows of a batch; repeating it (a step that ran again) leaves them once. */
  replace(batch: number, rows: QuarantinedRows): Promise<void>;
  /** In order of lines. */
  list(batch: number, page?: { limit?: number; offset?: number }): Promise<QuarantinedRow[]>;
  count(batch: number): Promise<number>;
  /** Rows of a batch by column and reason, the most frequent first. */
  reasons(batch: number): Promise<{ column: string | null; reason: string; rows: number }[]>;
}

/** Rows a statement: each column is one parameter, an array, so the number of parameters stays at five. */
const rowsAtOnce = 20_000;
const longestText = 10_000;

export function createQuarantine(database: Kysely<Schema>): Quarantine {
  return {
    replace: (batch, rows) => replace(database, batch, rows),
    async list(batch, { limit = 1000, offset = 0 } = {}) {
      const query = database.selectFrom("quarantine").select(["line", "columnName as column", "reason", "text"]);
      return query.where("batch", "=", batch).orderBy("line").orderBy("id").limit(limit).offset(offset).execute();
    },
    async count(batch) {
      const query = database.selectFrom("quarantine").select((select) => select.fn.countAll<number>().as("rows"));
      return (await query.where("batch", "=", batch).executeTakeFirstOrThrow()).rows;
    },
    reasons(batch) {
      const query = database.selectFrom("quarantine").where("batch", "=", batch).groupBy(["columnName", "reason"]);
      return query
        .select((select) => ["columnName as column", "reason", select.fn.countAll<number>().as("rows")])
        .orderBy("rows", "desc")
        .orderBy("reason")
        .execute();
    },
  };
}

async function replace(database: Kysely<Schema>, batch: number, rows: QuarantinedRows): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom("quarantine").where("batch", "=", batch).execute();
    let part: QuarantinedRow[] = [];
    for await (const row of rows) {
      if (part.push(row) < rowsAtOnce) continue;
      await insert(transaction, batch, part);
      part = [];
    }
    if (part.length > 0) await insert(transaction, batch, part);
  });
}

async function insert(transaction: Kysely<Schema>, batch: number, part: readonly QuarantinedRow[]): Promise<void> {
  const lines = part.map((row) => row.line);
  const columns = part.map((row) => (row.column === null ? null : toText(row.column)));
  const reasons = part.map((row) => toText(row.reason));
  const texts = part.map((row) => (row.text === null ? null : toText(row.text.slice(0, longestText))));
  await sql`
    insert into atalaya.quarantine (batch, line, column_name, reason, text)
    select ${batch}::bigint, * from unnest(${lines}::bigint[], ${columns}::text[], ${reasons}::text[], ${texts}::text[])
  `.execute(transaction);
}
