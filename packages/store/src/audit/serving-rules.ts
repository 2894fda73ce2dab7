import { type Kysely, sql } from "kysely";
import { type Json, toJson } from "../database/json.js";
import type { Schema } from "../database/schema.js";

/** How pipelines, as they were deployed last, say that they are served. */
export interface DeployedServing {
  /** Keeps what a declaration says; the last one counts. */
  declare(pipeline: string, rules: Json): Promise<void>;
  /** null: the pipeline was never deployed here. */
  of(pipeline: string): Promise<Json | null>;
}

export function createDeployedServing(database: Kysely<Schema>): DeployedServing {
  return {
    async declare(pipeline, rules) {
      await sql`
        insert into atalaya.serving_rules as known (pipeline, rules) values (${pipeline}, ${toJson(rules)}::jsonb)
        on conflict (pipeline) do update set rules = excluded.rules, at = now() where known.rules <> excluded.rules`.execute(
        database,
      );
    },
    async of(pipeline) {
      const { rows } = await sql<{ rules: Json }>`
        select rules from atalaya.serving_rules where pipeline = ${pipeline}`.execute(database);
      return rows[0]?.rules ?? null;
    },
  };
}
