import { type Kysely, type Migration, sql } from "kysely";

/** A search that is sorted by a metric reads its runs off the index alone, without a visit to the table for each. */
export const metricOrder: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`create index latest_metrics_in_order on atalaya.latest_metrics (experiment, key, value) include (run)`.execute(
      database,
    );
    await sql`drop index atalaya.latest_metrics_by_value`.execute(database);
  },
};
