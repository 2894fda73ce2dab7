import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errors } from "../errors.js";
import { BatchSequence } from "./batch-sequence.js";
import { drawFaults, type Fault, type ReplayFaults } from "./faults.js";
import { readReplayTable } from "./replay-table.js";

const DEFAULT_ROWS = 15_000;
const MOST_ROWS = 1_000_000;

export interface ReplayOptions {
  /** CSV, TSV, JSON lines, JSON, Parquet or Zeek; gzip and zstd are read too. */
  readonly file: string;
  /** Rows of a batch; 15,000. A request may ask for another number. */
  readonly rows?: number;
  /** 0, the default: a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly faults?: ReplayFaults;
  /** Another batch is there only after so many milliseconds, the first at once; left out: all are there. */
  readonly releaseEveryMs?: number;
}

export interface ReplayServer {
  /** Address of the batches, without query: `http://127.0.0.1:4601/data`. */
  readonly url: string;
  readonly port: number;
  /** Rows that are replayed, and records of the file that are malformed and are not. */
  readonly rows: number;
  readonly skipped: number;
  close(): Promise<void>;
}

/** What goes back; null: nothing ever does. */
interface Reply {
  readonly status: number;
  readonly body: string;
  /** Half of the body, then the connection is gone: as of a source that dies while it answers. */
  readonly isCut?: boolean;
}

function send(response: ServerResponse, reply: Reply | null): void {
  if (reply === null) return;
  const bytes = Buffer.from(reply.body);
  response.writeHead(reply.status, { "content-type": "application/json; charset=utf-8", "content-length": bytes.length });
  if (reply.isCut) response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
  else response.end(bytes);
}

/** A whole number of at least 1 from the query; null when it is absent, and a sentence when it is no such number. */
function wholeNumber(query: URLSearchParams, name: string, most: number): number | null | string {
  const text = query.get(name);
  if (text === null) return null;
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= most ? value : `${name} must be a whole number from 1 to ${most}`;
}

class Replay {
  readonly #draw: () => Fault;

  constructor(
    readonly sequence: BatchSequence,
    readonly rows: number,
    readonly faults: ReplayFaults,
  ) {
    this.#draw = drawFaults(faults);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://replay");
    if (url.pathname === "/data" && request.method === "GET") {
      setTimeout(() => send(response, this.#data(url.searchParams)), this.faults.delayMs ?? 0);
    } else send(response, this.#control(url.pathname, request.method ?? "GET"));
  }

  #control(path: string, method: string): Reply {
    const { table } = this.sequence;
    if (path === "/health") {
      const batches = Math.ceil(table.rowCount / this.rows);
      return { status: 200, body: JSON.stringify({ status: "ok", rows: table.rowCount, batches, columns: table.columns }) };
    }
    if (path === "/reset" && method === "POST") {
      this.sequence.reset();
      return { status: 200, body: JSON.stringify({ status: "reset" }) };
    }
    const detail = "Ask GET /data?group_number=5&day=Tuesday, GET /health or POST /reset.";
    return { status: 404, body: JSON.stringify({ detail }) };
  }

  #data(query: URLSearchParams): Reply | null {
    const asker = {
      group: query.get("group_number") ?? query.get("group") ?? "0",
      day: query.get("day") ?? query.get("date") ?? "",
    };
    const rows = wholeNumber(query, "rows", MOST_ROWS) ?? this.rows;
    const batch = wholeNumber(query, "batch", Number.MAX_SAFE_INTEGER);
    if (typeof rows === "string") return { status: 422, body: JSON.stringify({ detail: rows }) };
    if (typeof batch === "string") return { status: 422, body: JSON.stringify({ detail: batch }) };
    const fault = this.#draw();
    if (fault === "hang") return null;
    if (fault === "fail") return { status: 500, body: JSON.stringify({ detail: "the source failed, as it was told to" }) };
    const isCut = fault === "truncate";
    if (batch !== null) {
      const given = fault === "duplicate" && batch > 1 ? batch - 1 : batch;
      return { status: 200, body: this.sequence.at(asker, given, rows), isCut };
    }
    const repeated = fault === "duplicate" ? this.sequence.repeat(asker) : null;
    if (repeated !== null) return { status: 200, body: repeated };
    const { body, given } = this.sequence.next(asker, rows);
    if (!isCut) given();
    return { status: 200, body, isCut };
  }
}

/**
 * Replays a file as the external API of batches: `GET /data?group_number=5&day=Tuesday` (also `?group=5&date=Tuesday`, with
 * `&rows=` for another size) answers the next rows of the file on each request, separately for each group and day, and at the
 * end an empty batch with `"more": false`; `&batch=3` answers that batch by number. `GET /health`, `POST /reset`.
 *
 * The file is read into memory once, as codes into distinct values: 362,000 × 10 rows take about 150 MB.
 *
 * @throws INGEST_* when the file cannot be read, INGEST_SOURCE_PORT when the port is taken
 */
export async function startReplayServer(options: ReplayOptions): Promise<ReplayServer> {
  const { file, rows = DEFAULT_ROWS, port = 0, host = "127.0.0.1", faults = {} } = options;
  const table = await readReplayTable(file, faults.drift ?? []);
  const { releaseEveryMs } = options;
  const started = Date.now();
  const released = (): number =>
    releaseEveryMs === undefined ? Number.POSITIVE_INFINITY : 1 + Math.floor((Date.now() - started) / releaseEveryMs);
  const replay = new Replay(new BatchSequence(table, released), rows, faults);
  const server = createServer((request, response) => replay.handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(errors.SOURCE_PORT({ host, port, because: error.code ?? error.message }, error)),
    );
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${shownHost}:${taken}/data`, port: taken, rows: table.rowCount, skipped: table.skipped, close };
}
