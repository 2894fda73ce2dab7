import { type ObjectReference, type Store, sql, type Zone } from "@atalaya/store";

/** Tables whose texts name objects only by chance, or are too long to be read for nothing. */
const skipped = [
  "tombstones",
  "outbox",
  "inference_logs",
  "metric_points",
  "latest_metrics",
  "quarantine",
  "raw_data",
  "clean_data",
];

/** Objects of these extensions are lists that name other objects. */
const lists = /\.json$/;
const mostListBytes = 64 * 1024 * 1024;

/**
 * Hashes that anything in the database names, and those that named lists name in turn. Every text that looks like a hash
 * counts, wherever it stands: a reference that somebody adds to a table tomorrow keeps its object without a change here.
 *
 * @param gone  roots of artifacts whose rows do not count
 */
export async function liveHashes(store: Store, gone: readonly string[]): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  const { rows: columns } = await sql<{ schema: string; table: string; column: string }>`
    select table_schema as schema, table_name as table, column_name as column from information_schema.columns
    where table_schema in ('atalaya', 'dbos') and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')
      and table_name <> all(${skipped})`.execute(store.database);
  for (const { schema, table, column } of columns) {
    const from = sql.id(schema, table);
    const isGone = sql`not exists (select from unnest(${gone}::text[]) as root (path)
      where t.path >= root.path || '/' and t.path < root.path || '0')`;
    const { rows } = await sql<{ hash: string }>`
      select distinct found.hash[1] as hash
      from ${from} as t, regexp_matches(t.${sql.ref(column)}::text, '[0-9a-f]{64}', 'g') as found (hash)
      where ${table === "artifacts" && schema === "atalaya" ? isGone : sql`true`}`.execute(store.database);
    for (const { hash } of rows) live.add(hash);
  }
  await followLists(store, live);
  return live;
}

/** Manifests name their parts by hash, and are themselves objects. */
async function followLists({ objects }: Store, live: Set<string>): Promise<void> {
  const waiting = new Map<string, ObjectReference>();
  for (const zone of ["silver", "eval", "models"] satisfies Zone[])
    for await (const object of objects.list(zone))
      if (lists.test(object.key) && object.bytes <= mostListBytes) waiting.set(object.sha256, object);
  for (const hash of live) {
    const list = waiting.get(hash);
    if (list === undefined) continue;
    waiting.delete(hash);
    // A set that grows while it is walked is walked to its new end.
    const text = new TextDecoder().decode(await objects.get(list));
    for (const [named] of text.matchAll(/[0-9a-f]{64}/g)) live.add(named);
  }
}
