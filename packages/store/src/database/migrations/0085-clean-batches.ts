import { type Kysely, type Migration, sql } from "kysely";

/** Which rows of `clean_data` are there, batch by batch: a run rewrites those of a batch only when they or their parts changed. */
export const cleanBatches: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table atalaya.clean_batches (
        pipeline text not null,
        batch bigint not null references atalaya.batches (id) on delete cascade,
        -- Of the rows and of the part that each is in.
        fingerprint text not null,
        rows bigint not null,
        -- The dataset of the run that was last.
        dataset_reference text not null,
        primary key (pipeline, batch)
      )`.execute(database);
    // Rows of earlier releases have no fingerprint: the next run writes them again.
    await sql`
      insert into atalaya.clean_batches (pipeline, batch, fingerprint, rows, dataset_reference)
      select pipeline, batch, '', count(*), max(dataset_reference) from atalaya.clean_data group by pipeline, batch
    `.execute(database);
  },
};
