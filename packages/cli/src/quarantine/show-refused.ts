import type { Store } from "@atalaya/store";
import { formatCount, plural } from "../terminal/format.js";
import { renderTable } from "../terminal/table.js";
import type { Terminal } from "../terminal/terminal.js";
import { findBatch } from "./find-batch.js";

/** Why rows of a batch were refused, and the first of them. @throws CLI_UNKNOWN_BATCH */
export async function showRefused(
  store: Store,
  terminal: Terminal,
  options: { readonly batch: number; readonly limit: number },
): Promise<void> {
  const batch = await findBatch(store, options.batch);
  const reasons = await store.quarantine.reasons(batch.id);
  const rows = await store.quarantine.list(batch.id, { limit: options.limit });
  const { palette } = terminal;
  const total = reasons.reduce((sum, { rows: count }) => sum + count, 0);
  const reasonLines = reasons.map(
    ({ column, reason, rows: count }) => `  ${formatCount(count)}  ${column === null ? "" : `${column}: `}${reason}`,
  );
  const columns = [{ title: "line", align: "right" }, { title: "column" }, { title: "reason" }, { title: "row" }] as const;
  const cells = rows.map((row) => [row.line === null ? "" : String(row.line), row.column ?? "", row.reason, row.text ?? ""]);
  terminal.answer({ batch: batch.id, pipeline: batch.pipeline, state: batch.state, reason: batch.reason, reasons, rows }, [
    `${palette.bold(`batch ${batch.id}`)} of ${batch.pipeline}, ${batch.name}: ${plural(total, "row")} of ${formatCount(batch.rowsRead ?? 0)} refused`,
    ...(batch.reason === null ? [] : [batch.reason]),
    ...reasonLines,
    "",
    ...(rows.length === 0 ? [] : renderTable(columns, cells, { palette, width: terminal.width() })),
  ]);
}
