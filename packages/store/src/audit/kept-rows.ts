import { Readable } from "node:stream";
import { pipeline as flow } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { toJson } from "../database/json.js";
import type { PartLabel } from "../database/schema.js";

/** One row as it came, and the line of its batch. */
export interface RawRow {
  readonly line: number;
  readonly row: unknown;
}

/** One row that the contract took, with the part of the dataset that it is in. */
export interface CleanRow {
  readonly line: number;
  readonly dataset: PartLabel;
  readonly row: unknown;
}

/** The accepted rows of one batch. */
export interface CleanBatch {
  readonly id: number;
  /** Equal fingerprints mean equal rows in equal parts. */
  readonly fingerprint: string;
  /** Called only where the rows are to be written. */
  readonly rows: () => Iterable<CleanRow> | AsyncIterable<CleanRow>;
}

export interface KeptClean {
  /** Rows of the pipeline that are there now. */
  readonly rows: number;
  /** Those of them that were written; the others were there as they are. */
  readonly written: number;
}

/** Rows in the tables `raw_data` and `clean_data`, for pipelines that ask for it. */
export interface KeptRows {
  /** Sets the rows of a batch as they came; repeating it leaves them once. Returns how many. */
  replaceRaw(
    batch: { readonly id: number; readonly pipeline: string; readonly receivedAt: Date },
    rows: Iterable<RawRow> | AsyncIterable<RawRow>,
  ): Promise<number>;
  /**
   * Sets the rows of a pipeline's dataset; readers see the old ones until all new ones are there. Batches whose fingerprint is
   * that of the last time stay as they are.
   */
  replaceClean(pipeline: string, datasetReference: string, batches: readonly CleanBatch[]): Promise<KeptClean>;
}

/** Rows of one COPY. */
const BLOCK = 15_000;

export function createKeptRows(databaseUrl: string, sessionName: string): KeptRows {
  const inTransaction = <Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> =>
    withTransaction(databaseUrl, sessionName, work);
  return {
    replaceRaw: ({ id, pipeline, receivedAt }, rows) =>
      inTransaction(async (client) => {
        await client.query("delete from atalaya.raw_data where batch = $1", [id]);
        const columns = "pipeline, batch, line, received_at, row";
        return copyBlocks(client, `atalaya.raw_data (${columns})`, rows, ({ line, row }) => [
          pipeline,
          String(id),
          String(line),
          receivedAt.toISOString(),
          toJson(row),
        ]);
      }),
    replaceClean: (pipeline, datasetReference, batches) =>
      inTransaction((client) => replaceClean(client, pipeline, datasetReference, batches)),
  };
}

async function replaceClean(
  client: pg.Client,
  pipeline: string,
  datasetReference: string,
  batches: readonly CleanBatch[],
): Promise<KeptClean> {
  // Two runs of a pipeline never do this at once, but a run and the one that was started in its place may.
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`clean_data/${pipeline}`]);
  const known = await client.query<{ batch: string; fingerprint: string }>(
    "select batch::text as batch, fingerprint from atalaya.clean_batches where pipeline = $1",
    [pipeline],
  );
  const before = new Map(known.rows.map(({ batch, fingerprint }) => [batch, fingerprint]));
  const changed = batches.filter(({ id, fingerprint }) => before.get(String(id)) !== fingerprint);
  const same = new Set(batches.filter((batch) => !changed.includes(batch)).map(({ id }) => String(id)));
  const gone = [...new Set([...before.keys(), ...changed.map(({ id }) => String(id))])].filter((batch) => !same.has(batch));
  for (const table of ["clean_data", "clean_batches"]) {
    await client.query(`delete from atalaya.${table} where pipeline = $1 and batch = any($2::bigint[])`, [pipeline, gone]);
  }
  const columns = "pipeline, batch, line, dataset, dataset_reference, row";
  let written = 0;
  for (const { id, fingerprint, rows } of changed) {
    const count = await copyBlocks(client, `atalaya.clean_data (${columns})`, rows(), ({ line, dataset, row }) => [
      pipeline,
      String(id),
      String(line),
      dataset,
      datasetReference,
      toJson(row),
    ]);
    const entry = "insert into atalaya.clean_batches (pipeline, batch, fingerprint, rows, dataset_reference)";
    await client.query(`${entry} values ($1, $2, $3, $4, $5)`, [pipeline, id, fingerprint, count, datasetReference]);
    written += count;
  }
  const all = await client.query<{ rows: string }>(
    `with set as (update atalaya.clean_batches set dataset_reference = $2 where pipeline = $1 returning rows)
     select coalesce(sum(rows), 0)::text as rows from set`,
    [pipeline, datasetReference],
  );
  return { rows: Number(all.rows[0]?.rows ?? 0), written };
}

async function withTransaction<Result>(
  databaseUrl: string,
  sessionName: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: sessionName });
  // A lost connection shows at the next query; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } finally {
    // A transaction that was not committed ends with its session.
    await client.end();
  }
}

async function copyBlocks<Row>(
  client: pg.Client,
  target: string,
  rows: Iterable<Row> | AsyncIterable<Row>,
  toCells: (row: Row) => readonly string[],
): Promise<number> {
  let count = 0;
  let block: string[] = [];
  const send = async (): Promise<void> => {
    await flow(Readable.from([Buffer.from(block.join(""))]), client.query(copyFrom(`copy ${target} from stdin`)));
    block = [];
  };
  for await (const row of rows) {
    block.push(`${toCells(row).map(escapeCell).join("\t")}\n`);
    count++;
    if (block.length === BLOCK) await send();
  }
  if (block.length > 0) await send();
  return count;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** COPY's text format: backslash, tab and line ends are escaped. */
function escapeCell(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
