import { type Store, sql } from "@atalaya/store";
import { addEverything, forgetEverything } from "./outbox.js";

type Database = Store["database"];

/**
 * Switches the mirror on for an address, or to another one: from now on every change goes into the outbox, and everything
 * that is there already goes before. For the address that it has, nothing changes.
 *
 * @returns the name of this database
 */
export async function switchOn(database: Database, url: string): Promise<string> {
  // The address first: whoever finds it finds the triggers too, and can disable them.
  await database.transaction().execute(async (transaction) => {
    const taken = await sql`update atalaya.mirror set url = ${url}, filled_at = null, failures = 0, failure = null,
      next_at = now(), succeeded_at = null where url is distinct from ${url}`.execute(transaction);
    if (taken.numAffectedRows !== 0n) await forgetEverything(transaction);
  });
  await setTriggers(database, "enable");
  await database.transaction().execute(async (transaction) => {
    // Another process may be filling it at this moment: it is waited for, and has done so.
    const taken = await sql`update atalaya.mirror set filled_at = now() where filled_at is null`.execute(transaction);
    if (taken.numAffectedRows !== 0n) await addEverything(transaction);
  });
  return instanceOf(database);
}

/** Nothing goes into the outbox any more, and what waits there is dropped: switched on again, everything goes again. */
export async function switchOff(database: Database): Promise<void> {
  const { rows } = await sql`select from atalaya.mirror where url is not null`.execute(database);
  // A restored backup enables every trigger.
  const changed = await setTriggers(database, "disable");
  if (rows.length + changed === 0) return;
  await forgetEverything(database);
  await sql`update atalaya.mirror set url = null, filled_at = null, failures = 0, failure = null`.execute(database);
}

/** One statement a trigger: writers that hold a lock on one table never wait for us on another. */
async function setTriggers(database: Database, wanted: "enable" | "disable"): Promise<number> {
  const { rows } = await sql<{ name: string; table: string }>`
    select tgname as name, relname as table from pg_trigger join pg_class on pg_class.oid = tgrelid
    where relnamespace = 'atalaya'::regnamespace and starts_with(tgname, 'mirror_') and not tgisinternal
      and (tgenabled = 'D') = ${wanted === "enable"}`.execute(database);
  for (const { name, table } of rows)
    await sql`alter table ${sql.table(`atalaya.${table}`)} ${sql.raw(wanted)} trigger ${sql.id(name)}`.execute(database);
  return rows.length;
}

export async function instanceOf(database: Database): Promise<string> {
  const { rows } = await sql<{ instance: string }>`select instance from atalaya.mirror`.execute(database);
  return rows[0]?.instance ?? "";
}
