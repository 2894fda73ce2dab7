import type { ClientBase } from "pg";

/** A table, and what of it is written: generated columns are made anew. */
export interface BackedUpTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export interface Sequence {
  readonly schema: string;
  readonly sequence: string;
  /** Null: never used. */
  readonly last: string | null;
}

/** Which migrations were applied is a fact of the database that is restored into. */
const skipped = ["atalaya.migrations", "atalaya.migrations_lock", "dbos.dbos_migrations"];

/** Every table of ours and of the workflow engine, those first that others refer to. */
export async function tablesOf(client: ClientBase): Promise<BackedUpTable[]> {
  const { rows } = await client.query<BackedUpTable & { name: string; references: string[] }>(
    `select n.nspname as schema, c.relname as table, n.nspname || '.' || c.relname as name,
       array(select a.attname::text from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
       array(select distinct rn.nspname || '.' || r.relname from pg_constraint k
         join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace
         where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as references
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('atalaya', 'dbos') and c.relkind = 'r' and n.nspname || '.' || c.relname <> all($1)
     order by 1, 2`,
    [skipped],
  );
  const done = new Set(skipped);
  const sorted: BackedUpTable[] = [];
  for (let left = rows; left.length > 0; ) {
    const ready = left.filter(({ references }) =>
      references.every((name) => done.has(name) || !rows.some((row) => row.name === name)),
    );
    // Tables that refer to each other in a circle have constraints that are checked at the end.
    const next = ready.length > 0 ? ready : left;
    for (const { schema, table, columns, name } of next) {
      sorted.push({ schema, table, columns });
      done.add(name);
    }
    left = left.filter((row) => !next.includes(row));
  }
  return sorted;
}

export async function sequencesOf(client: ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query<Sequence>(
    `select schemaname as schema, sequencename as sequence, last_value::text as last from pg_sequences
     where schemaname in ('atalaya', 'dbos') order by 1, 2`,
  );
  return rows;
}

export async function migrationsOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("select name from atalaya.migrations order by name");
  return rows.map(({ name }) => name);
}

/** A name inside SQL. */
export function quoted(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
}

/** What COPY is asked for. */
export function copied({ schema, table, columns }: BackedUpTable): string {
  return `${quoted(schema, table)} (${columns.map((column) => quoted(column)).join(", ")})`;
}
