import type { Store } from "@atalaya/store";
import { aliasChannel } from "./aliases.js";

/** A difference between two looks: several quick moves may be told as one. */
export interface AliasChange {
  readonly pipeline: string;
  readonly alias: string;
  /** Null: the alias is new. */
  readonly from: number | null;
  /** Null: no version carries it any more. */
  readonly to: number | null;
}

export type AliasListener = (change: AliasChange) => void;

/**
 * Tells of every change of a pipeline's aliases after this call: at once by NOTIFY, and by a look every `pollMs` when
 * notifications do not come (a pooler between, a broken session). Each change is told once.
 *
 * @returns ends the watch
 */
export async function watchAliases(store: Store, pipeline: string, listener: AliasListener, pollMs: number): Promise<() => void> {
  let isStopped = false;
  let looking: Promise<void> | null = null;
  let isStale = false;
  let known: Map<string, number> | null = null;

  const look = async () => {
    // A failed look is made up for by the next one.
    const found = await readAliases(store, pipeline).catch(() => null);
    if (found === null || isStopped) return;
    const before = known ?? found;
    known = found;
    for (const [alias, to] of found) {
      const from = before.get(alias) ?? null;
      if (from !== to) listener({ pipeline, alias, from, to });
    }
    for (const [alias, from] of before) if (!found.has(alias)) listener({ pipeline, alias, from, to: null });
  };

  /** One look at a time; what comes in during a look asks for another one after it. */
  const refresh = (): Promise<void> => {
    isStale = looking !== null;
    looking ??= look().finally(() => {
      looking = null;
      if (isStale && !isStopped) void refresh();
    });
    return looking;
  };

  const endListening = await store.listen(aliasChannel, (payload) => {
    if (payload === null || payload.includes(JSON.stringify(pipeline))) void refresh();
  });
  await refresh();
  const timer = setInterval(() => void refresh(), pollMs);
  timer.unref();
  return () => {
    isStopped = true;
    clearInterval(timer);
    endListening();
  };
}

async function readAliases(store: Store, pipeline: string): Promise<Map<string, number>> {
  const rows = await store.database.selectFrom("aliases").select(["alias", "version"]).where("pipeline", "=", pipeline).execute();
  return new Map(rows.map((row) => [row.alias, row.version]));
}
