import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceDefinition } from "@atalaya/define";
import { errors } from "../errors.js";
import { sourceIdentity } from "./address.js";
import { type RawBatch, type SourceContext, systemClock } from "./raw-batch.js";
import type { RemoteRowsMark } from "./remote-places.js";

type RowsSource = Extract<SourceDefinition, { kind: "postgresRows" }>;

/** A place in the rows: how many batches end there or before, and the mark of the last row. As text: `12:["2026-11-21 …","7"]`. */
interface Place {
  readonly batches: number;
  readonly mark: RemoteRowsMark | null;
}

function placeOf(cursor: string | null | undefined, setting: string): Place {
  if (cursor == null) return { batches: 0, mark: null };
  const [, count, text] = /^(\d+):(\[.*\])$/s.exec(cursor) ?? [];
  const values: unknown = text === undefined ? null : JSON.parse(text);
  if (!Array.isArray(values) || !values.every((value) => typeof value === "string") || values.length === 0) {
    throw errors.SOURCE_CURSOR({ setting, cursor });
  }
  const [watermark = "", ...key] = values;
  return { batches: Number(count), mark: { watermark, key } };
}

function cursorText(batches: number, { watermark, key }: RemoteRowsMark): string {
  return `${batches}:${JSON.stringify([watermark, ...key])}`;
}

/**
 * Rows of a query that lie behind the watermark of the batch that was kept last, in batches of `batchRows`. A batch ends at a row,
 * not at a watermark: of rows with equal watermarks the key tells which were taken.
 *
 * @throws INGEST_SOURCE_REMOTE, INGEST_SOURCE_CURSOR, STORE_REMOTE_*
 */
export async function* postgresRows(source: RowsSource, context: SourceContext): AsyncGenerator<RawBatch> {
  const { setting } = source.url;
  const address = context.address(setting);
  const { remote, signal } = context;
  if (remote === undefined) throw errors.SOURCE_REMOTE({ setting });
  const identity = sourceIdentity(source, address);
  const clock = context.clock ?? systemClock;
  const { query, watermark, key, batchRows: most, lateByMs } = source;
  const folder = await mkdtemp(join(tmpdir(), "atalaya-source-"));
  try {
    for (let { batches, mark: after } = placeOf(context.after, setting); ; ) {
      const path = join(folder, "rows.csv");
      const asked = { query, watermark, key, after, most, lateByMs: lateByMs ?? 0 };
      const page = await remote.rows(address, asked, path, signal);
      if (page.withoutMark > 0) {
        context.onNote?.(`${setting}: ${page.withoutMark} rows have no ${[watermark, ...key].join(" or ")} and are not taken`);
      }
      if (page.heldBackSince !== null) {
        context.onNote?.(`${setting}: rows since ${page.heldBackSince} wait for a transaction that is open since then`);
      }
      if (page.mark === null) return;
      batches++;
      after = page.mark;
      const cursor = cursorText(batches, page.mark);
      const sha256 = await hashOf(path);
      const about = { source: identity, cursor, sha256, name: `${setting}, batch ${batches}`, path };
      yield { identity: `${identity}#${cursor}#${sha256}`, ...about, format: "csv", receivedAt: clock.now() };
      if (page.isLast) return;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
