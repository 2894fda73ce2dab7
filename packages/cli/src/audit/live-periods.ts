import type { Store } from "@atalaya/store";

/** When a version carried an alias; ISO texts, as they go out as JSON. */
export interface LivePeriod {
  readonly alias: string;
  readonly from: string;
  /** null: it still does. */
  readonly until: string | null;
}

/** The times in which a version carried an alias, in their order. */
export async function livePeriods({ database }: Store, pipeline: string, version: number): Promise<LivePeriod[]> {
  const moves = await database
    .selectFrom("aliasHistory")
    .select(["alias", "at", "toVersion"])
    .where("pipeline", "=", pipeline)
    .orderBy("id")
    .execute();
  return moves.flatMap(({ alias, at, toVersion }, position): LivePeriod[] => {
    if (toVersion !== version) return [];
    const next = moves.slice(position + 1).find((move) => move.alias === alias);
    return [{ alias, from: at.toISOString(), until: next?.at.toISOString() ?? null }];
  });
}
