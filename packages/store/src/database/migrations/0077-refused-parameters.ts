import { type Kysely, type Migration, sql } from "kysely";

/** Ends a statement that would change a parameter of a run: all that it wrote is undone. */
export const refusedParameters: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create function atalaya.refuse_parameter(key text, before text, after text) returns boolean language plpgsql as $$
      begin
        raise exception 'the parameter % has another value', key using errcode = 'AT001',
          detail = jsonb_build_object('key', key, 'before', before, 'after', after)::text;
      end $$`.execute(database);
  },
};
