import type { Kysely } from "kysely";
import { toJson } from "../database/json.js";
import type { FlowName, Row, Schema } from "../database/schema.js";

export type Flow = Row<"flows">;

/** How a part of a pipeline ended, so that the part after it can run alone. */
export interface NewFlow {
  readonly run: string;
  readonly flow: FlowName;
  readonly pipeline: string;
  readonly definitionHash: string;
  /** References and counts, as JSON. */
  readonly outcome: unknown;
}

export interface Flows {
  /** A flow of a run that is done again replaces its row. */
  record(flow: NewFlow): Promise<void>;
  /** How this part of the pipeline ended last, under this definition; null: it never did. */
  last(pipeline: string, flow: FlowName, definitionHash: string): Promise<Flow | null>;
}

export function createFlows(database: Kysely<Schema>): Flows {
  return {
    async record({ outcome, ...rest }) {
      const values = { ...rest, outcome: toJson(outcome), at: new Date() };
      await database
        .insertInto("flows")
        .values(values)
        .onConflict((on) => on.columns(["run", "flow"]).doUpdateSet(values))
        .execute();
    },
    async last(pipeline, flow, definitionHash) {
      const query = database.selectFrom("flows").selectAll().where("pipeline", "=", pipeline).where("flow", "=", flow);
      const row = await query.where("definitionHash", "=", definitionHash).orderBy("at", "desc").limit(1).executeTakeFirst();
      return row ?? null;
    },
  };
}
