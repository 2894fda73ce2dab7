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
  readonly batch: number;
  readonly line: number;
  readonly dataset: PartLabel;
  readonly row: unknown;
}

/** Rows in the tables `raw_data` and `clean_data`, for pipelines that ask for it. */
export interface KeptRows {
  /** Sets the rows of a batch as they came; repeating it leaves them once. Returns how many. */
  replaceRaw(
    batch: { readonly id: number; readonly pipeline: string; readonly receivedAt: Date },
    rows: Iterable<RawRow> | AsyncIterable<RawRow>,
  ): Promise<number>;
  /** Sets the rows of a pipeline's dataset; readers see the old ones until all new ones are there. Returns how many. */
  replaceClean(pipeline: string, datasetReference: string, rows: Iterable<CleanRow> | AsyncIterable<CleanRow>): Promise<number>;
}

/** Rows of one COPY. */
const BLOCK = 15_000;

export function createKeptRows(databaseUrl: string, sessionName: string): KeptRows {
  const inTransaction = (work: (client: pg.Client) => Promise<number>): Promise<number> =>
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
    replaceClean: (pipeline, datasetReference, rows) =>
      inTransaction(async (client) => {
        await client.query("delete from atalaya.clean_data where pipeline = $1", [pipeline]);
        const columns = "pipeline, batch, line, dataset, dataset_reference, row";
        return copyBlocks(client, `atalaya.clean_data (${columns})`, rows, ({ batch, line, dataset, row }) => [
          pipeline,
          String(batch),
          String(line),
          dataset,
          datasetReference,
          toJson(row),
        ]);
      }),
  };
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
