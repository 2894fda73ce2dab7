import type { Kysely } from "kysely";
import type { Row, Schema } from "../database/schema.js";

export type Schedule = Row<"schedules">;

/** Which moments of a schedule were served: what a platform that was off has missed is known from it. */
export interface Schedules {
  /** The row of a schedule; one that is new begins at `from`, so it owes nothing for the time before. */
  begin(pipeline: string, expression: string, from: Date): Promise<Schedule>;
  /** Takes the moment `due` if nobody has: true for one process only. A clock that goes back takes nothing. */
  take(pipeline: string, expression: string, due: Date): Promise<boolean>;
}

export function createSchedules(database: Kysely<Schema>): Schedules {
  return {
    async begin(pipeline, expression, from) {
      await database
        .insertInto("schedules")
        .values({ pipeline, expression, servedUntil: from, firedAt: null })
        .onConflict((on) => on.columns(["pipeline", "expression"]).doNothing())
        .execute();
      const query = database.selectFrom("schedules").selectAll().where("pipeline", "=", pipeline);
      return query.where("expression", "=", expression).executeTakeFirstOrThrow();
    },
    async take(pipeline, expression, due) {
      const { numUpdatedRows } = await database
        .updateTable("schedules")
        .set({ servedUntil: due, firedAt: new Date() })
        .where("pipeline", "=", pipeline)
        .where("expression", "=", expression)
        .where("servedUntil", "<", due)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
