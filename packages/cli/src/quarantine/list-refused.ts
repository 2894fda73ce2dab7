import type { Store } from "@atalaya/store";
import { formatCount, formatTime } from "../terminal/format.js";
import { renderTable } from "../terminal/table.js";
import type { Terminal } from "../terminal/terminal.js";

/** Batches that were refused, or of which some rows were; the newest first. */
export async function listRefused(
  { database }: Store,
  terminal: Terminal,
  options: { readonly pipeline: string | null; readonly limit: number },
): Promise<void> {
  let query = database
    .selectFrom("batches")
    .selectAll()
    .where((where) => where.or([where("state", "in", ["refused", "failed"]), where("rowsQuarantined", ">", 0)]));
  if (options.pipeline !== null) query = query.where("pipeline", "=", options.pipeline);
  const batches = await query.orderBy("id", "desc").limit(options.limit).execute();
  const columns = [
    { title: "batch", align: "right" },
    { title: "pipeline" },
    { title: "state" },
    { title: "refused", align: "right" },
    { title: "of rows", align: "right" },
    { title: "received" },
    { title: "name" },
    { title: "reason" },
  ] as const;
  const rows = batches.map((batch) => [
    String(batch.id),
    batch.pipeline,
    batch.state,
    formatCount(batch.rowsQuarantined ?? 0),
    formatCount(batch.rowsRead ?? 0),
    formatTime(batch.receivedAt),
    batch.name,
    batch.reason ?? "",
  ]);
  const { palette } = terminal;
  terminal.answer(
    batches.map(({ id, pipeline, state, rowsRead, rowsQuarantined, receivedAt, name, reason, released }) => ({
      batch: id,
      pipeline,
      state,
      rows: rowsRead,
      refused: rowsQuarantined,
      receivedAt: receivedAt.toISOString(),
      name,
      reason,
      released,
    })),
    rows.length === 0 ? ["Nothing is in quarantine."] : renderTable(columns, rows, { palette, width: terminal.width() }),
  );
}
