import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAtalayaError } from "@atalaya/errors";
import pg from "pg";
import { describeAddress } from "../database/connect.js";
import { errors } from "../errors.js";

/** Where in a query a batch ends: PostgreSQL's own text of the watermark and of the key. */
export interface RowMark {
  readonly watermark: string;
  readonly key: readonly string[];
}

export interface RowQuery {
  readonly query: string;
  readonly watermark: string;
  readonly key: readonly string[];
  /** null: from the beginning. */
  readonly after: RowMark | null;
  readonly most: number;
  /** Rows whose time is younger than this stay for later, in milliseconds. */
  readonly lateByMs: number;
}

export interface RowPage {
  readonly rows: number;
  /** Of the last row; null: there is none. */
  readonly mark: RowMark | null;
  /** There are no more rows now. */
  readonly isLast: boolean;
  /** From the beginning only: rows without watermark or key, which are never taken. */
  readonly withoutMark: number;
  /** Since when rows wait for a transaction that is open for more than a minute; null: for none. */
  readonly heldBackSince: string | null;
}

const ATTEMPTS = 4;
/** Rows that are in memory at once. */
const FETCHED = 2_000;

const BOOLEAN = 16;
const DATE = 1082;
/** Types whose values are times. A time without a zone counts as UTC. */
const TIMES: Readonly<Record<number, string>> = { [DATE]: "date", 1114: "timestamp", 1184: "timestamptz" };

/** Values as PostgreSQL writes them: nothing is lost by way of JavaScript's numbers and dates. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text };

/**
 * Writes the rows behind a mark to a CSV file, in the order of watermark and key, from one snapshot.
 *
 * Memory: some thousand rows. Cost: what the query costs in this order; an index on watermark and key makes it cheap.
 */
export async function readPage(
  address: string,
  sessionName: string,
  query: RowQuery,
  path: string,
  signal: AbortSignal,
): Promise<RowPage> {
  if (!/^postgres(ql)?:\/\/./.test(address) || !URL.canParse(address)) {
    throw errors.REMOTE_ADDRESS({ because: "it does not begin with postgresql:// and name a server" });
  }
  const place = describeAddress(address);
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await inSession(address, sessionName, signal, (client) => readRows(client, place, query, path, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (isAtalayaError(error)) throw error;
      const because = error instanceof Error && error.message !== "" ? error.message : String(error);
      if (!isPassing(error)) throw errors.REMOTE_REFUSED({ place, because }, error);
      if (attempt === ATTEMPTS) throw errors.REMOTE_UNREACHABLE({ place, attempts: ATTEMPTS, because }, error);
      await sleep(200 * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    }
  }
}

/** Classes 08, 53 and 57 are connections and resources, 40 a conflict; without a code of PostgreSQL it is the network. */
function isPassing(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === undefined || /^E[A-Z]+$/.test(code) || /^(08|53|57|40)/.test(code);
}

async function inSession<Result>(
  address: string,
  sessionName: string,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: address,
    application_name: sessionName,
    connectionTimeoutMillis: 10_000,
    types: asText,
  });
  // A lost connection shows at the next query; without a listener it would end the process.
  client.on("error", () => {});
  // Ends a query that still runs; the error of it is not the one that is told.
  const stop = (): void => void client.end().catch(() => {});
  await client.connect();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work(client);
  } finally {
    signal.removeEventListener("abort", stop);
    await client.end().catch(() => {});
  }
}

async function readRows(client: pg.Client, place: string, query: RowQuery, path: string, signal: AbortSignal): Promise<RowPage> {
  await client.query("set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'");
  const settled = await settledBefore(client, query.lateByMs);
  await client.query("begin transaction isolation level repeatable read, read only");
  const fields = await fieldsOf(client, place, query);
  const sql = new PageSql(query, fields, settled.before);
  const withoutMark = query.after === null ? await countWithoutMark(client, sql) : 0;
  await client.query({ text: `declare page no scroll cursor for ${sql.page()}`, values: sql.values() });
  const file = await open(path, "w");
  try {
    const page = await copyPage(client, place, query, fields, file, signal);
    await client.query("commit");
    return { ...page, withoutMark, heldBackSince: sql.isByTime ? settled.heldBackSince : null };
  } finally {
    await file.close();
  }
}

/**
 * The moment before which no row can appear any more: the `now()` of a transaction is when it began, whether it has written yet or
 * not. It is asked for before the snapshot is taken, so that what commits in between has no row before it.
 */
async function settledBefore(client: pg.Client, lateByMs: number): Promise<{ before: string; heldBackSince: string | null }> {
  const { rows } = await client.query<{ before: string; heldBackSince: string | null }>({
    text: `select least(clock_timestamp() - $1::float8 * interval '1 ms', min(xact_start)) as before,
      case when min(xact_start) < clock_timestamp() - interval '1 minute' then min(xact_start) end as "heldBackSince"
      from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    values: [lateByMs],
  });
  const [found] = rows;
  if (found === undefined) throw new Error("PostgreSQL gave no row for an aggregate.");
  return found;
}

async function fieldsOf(client: pg.Client, place: string, { query, watermark, key }: RowQuery): Promise<pg.FieldDef[]> {
  const { fields } = await client.query(`select * from (${query}\n) as source limit 0`);
  const found = fields.map(({ name }) => name);
  for (const column of [watermark, ...key]) {
    if (!found.includes(column)) throw errors.REMOTE_COLUMN({ place, column, found });
  }
  return fields;
}

/** The texts of the queries. Values are parameters; names are quoted. */
class PageSql {
  readonly #source: string;
  readonly #names: readonly string[];
  readonly #time: string | undefined;

  constructor(
    readonly query: RowQuery,
    fields: readonly pg.FieldDef[],
    readonly settledBefore: string,
  ) {
    this.#source = `(${query.query}\n) as source`;
    this.#names = [query.watermark, ...query.key].map((name) => `source.${pg.escapeIdentifier(name)}`);
    this.#time = TIMES[fields.find(({ name }) => name === query.watermark)?.dataTypeID ?? 0];
  }

  get isByTime(): boolean {
    return this.#time !== undefined;
  }

  withoutMark(): string {
    return `select count(*) as rows from ${this.#source} where ${this.#names.map((name) => `${name} is null`).join(" or ")}`;
  }

  /** One row more than the page has, to see whether there is more. Of times, only those that are settled; a day when it is over. */
  page(): string {
    const { after, key } = this.query;
    const marks = [this.query.watermark, ...key].map((_, at) => `$${at + 3}`);
    const behind = after === null ? [] : [`row(${this.#names.join(", ")}) > row(${marks.join(", ")})`];
    const settled =
      this.#time === undefined ? "$2::text is not null" : `${this.#names[0]} < $2::text::timestamptz::${this.#time}`;
    const present = this.#names.map((name) => `${name} is not null`);
    const where = [...behind, settled, ...present].join(" and ");
    return `select * from ${this.#source} where ${where} order by ${this.#names.join(", ")} limit $1`;
  }

  values(): unknown[] {
    const { after, most } = this.query;
    return [most + 1, this.settledBefore, ...(after === null ? [] : [after.watermark, ...after.key])];
  }
}

async function countWithoutMark(client: pg.Client, sql: PageSql): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(sql.withoutMark());
  return Number(rows[0]?.rows ?? 0);
}

async function copyPage(
  client: pg.Client,
  place: string,
  { watermark, key, most }: RowQuery,
  fields: readonly pg.FieldDef[],
  file: FileHandle,
  signal: AbortSignal,
): Promise<Omit<RowPage, "withoutMark" | "heldBackSince">> {
  const at = [watermark, ...key].map((column) => fields.findIndex(({ name }) => name === column));
  const booleans = fields.map(({ dataTypeID }) => dataTypeID === BOOLEAN);
  await file.write(`${fields.map(({ name }) => cellOf(name)).join(",")}\n`);
  let [rows, last, isLast]: [number, readonly string[] | null, boolean] = [0, null, true];
  for (;;) {
    signal.throwIfAborted();
    const fetched = await client.query<(string | null)[]>({ text: `fetch ${FETCHED} from page`, rowMode: "array" });
    if (fetched.rows.length === 0) break;
    const lines: string[] = [];
    for (const row of fetched.rows) {
      const mark = at.map((column) => row[column] ?? "");
      if (last?.every((value, part) => value === mark[part]) === true) {
        throw errors.REMOTE_KEY({ place, columns: [watermark, ...key], values: mark });
      }
      if (rows === most) {
        isLast = false;
        break;
      }
      lines.push(row.map((value, column) => textOf(value, booleans[column] === true)).join(","));
      last = mark;
      rows++;
    }
    if (lines.length > 0) await file.write(`${lines.join("\n")}\n`);
  }
  const [first = "", ...rest] = last ?? [];
  return { rows, mark: last === null ? null : { watermark: first, key: rest }, isLast };
}

function textOf(value: string | null, isBoolean: boolean): string {
  if (value === null) return "";
  return isBoolean ? String(value === "t") : cellOf(value);
}

function cellOf(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
