import { Readable } from "node:stream";
import { pipeline as flow } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { toJson, toText } from "../database/json.js";

/** One answered request; inputs and answers are the text of JSON lists. */
export interface LoggedInference {
  readonly request: string;
  readonly pipeline: string;
  readonly version: number;
  readonly kind: "predict" | "explain";
  readonly rows: number;
  readonly inputs: string;
  readonly answers: string;
  readonly latencyMs: number;
  readonly at: Date;
  readonly caller: string | null;
  readonly trace: string | null;
}

const columns = "at, request, pipeline, version, kind, rows, inputs, answers, latency_ms, caller, trace";

/** JSON that may hold what jsonb refuses: escapes of halves of a pair or of character 0, and numbers beyond its digits. */
const DOUBTFUL = /\\u|\d[eE]|\d{300}|\0/;

/**
 * Writes answered requests by COPY over a session of its own, each request once however often it comes: through a table of
 * the session, from which only those go on that are not there yet.
 */
export class InferenceCopy {
  readonly #databaseUrl: string;
  readonly #sessionName: string;
  #session: Promise<pg.Client> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(databaseUrl: string, sessionName: string) {
    this.#databaseUrl = databaseUrl;
    this.#sessionName = sessionName;
  }

  /** One batch at a time. Repeating a batch, or a part of it, changes nothing. */
  append(entries: readonly LoggedInference[]): Promise<void> {
    const done = this.#last.then(() => this.#append(entries));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#last;
    const session = await this.#session?.catch(() => null);
    await session?.end().catch(() => undefined);
  }

  async #append(entries: readonly LoggedInference[]): Promise<void> {
    if (entries.length === 0) return;
    this.#session ??= this.#open();
    try {
      const client = await this.#session;
      const lines = Buffer.from(entries.map(lineOf).join(""));
      await client.query("begin");
      await flow(Readable.from([lines]), client.query(copyFrom(`copy inference_stage (${columns}) from stdin`)));
      await client.query(
        `insert into atalaya.inference_logs (${columns}) select ${columns} from inference_stage on conflict (request) do nothing`,
      );
      await client.query("commit");
    } catch (error) {
      // Whatever state the session is in: the next batch gets a new one.
      const broken = this.#session;
      this.#session = null;
      void broken?.then((client) => client.end()).catch(() => undefined);
      throw error;
    }
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      application_name: this.#sessionName,
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
    });
    client.on("error", () => undefined);
    await client.connect();
    await client.query(
      `create temporary table inference_stage (like atalaya.inference_logs including defaults) on commit delete rows;
       alter table inference_stage alter column id drop not null`,
    );
    return client;
  }
}

function lineOf(entry: LoggedInference): string {
  const { request, pipeline, version, kind, rows, inputs, answers, latencyMs, at, caller, trace } = entry;
  const answered = `${at.toISOString()}\t${textCell(request)}\t${escapeCell(pipeline)}\t${version}\t${kind}\t${rows}`;
  const texts = `${escapeCell(jsonText(inputs))}\t${escapeCell(jsonText(answers))}`;
  return `${answered}\t${texts}\t${latencyMs}\t${textCell(caller)}\t${textCell(trace)}\n`;
}

function jsonText(text: string): string {
  return DOUBTFUL.test(text) ? toJson(JSON.parse(text)) : text;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function textCell(text: string | null): string {
  return text === null ? "\\N" : escapeCell(toText(text));
}

/** COPY's text format: backslash, tab and line ends are escaped. */
function escapeCell(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
