import { readBatch } from "@atalaya/ingest";
import { type ColumnSchema, columnOf, type Frame, isMissing, readJsonCell, rowsToFrame, selectRows } from "@atalaya/learn";
import { errors } from "../../errors.js";
import type { GivenRows } from "../../predict/given-rows.js";
import type { ImportedModel } from "./imported-model.js";

/** Rows for an import: those that carry the target judge the model. */
export interface LabelledRows {
  readonly frame: Frame;
  /** The rows that have a target, and their targets; null: no row has one. */
  readonly judged: { readonly frame: Frame; readonly truth: readonly (number | string)[] } | null;
}

const mostProblems = 5;

/** Reads rows by the inputs of a model, with its target beside them where they have one. @throws CLI_ROWS_REFUSED */
export async function readLabelledRows(
  given: GivenRows,
  { inputs, task, target }: Pick<ImportedModel, "inputs" | "task" | "target">,
): Promise<LabelledRows> {
  const type = task === "regression" ? "number" : "category";
  const columns: ColumnSchema[] = [...inputs, { name: target.name, from: [], type, optional: true }];
  const frame = given.kind === "table" ? await readTable(given, columns) : readValues(given.rows, columns);
  const truth = columnOf(frame, target.name);
  const known = Uint32Array.from(Array.from({ length: frame.rowCount }, (_, row) => row).filter((row) => !isMissing(truth, row)));
  if (known.length === 0) return { frame, judged: null };
  return {
    frame,
    judged: { frame: selectRows(frame, known), truth: Array.from(known, (row) => readJsonCell(truth, row) as number | string) },
  };
}

function readValues(rows: readonly unknown[], columns: readonly ColumnSchema[]): Frame {
  const target = columns.at(-1)?.name ?? "";
  // Classes may be written as numbers or as true and false.
  const texts = rows.map((row) => (columns.at(-1)?.type === "category" ? withText(row, target) : row));
  const { frame, problems } = rowsToFrame(columns, texts);
  refuse(
    problems.map(
      ({ row, field, expected, received }) => `row ${(row ?? 0) + 1}, ${field ?? ""}: expected ${expected}, received ${received}`,
    ),
  );
  return frame;
}

function withText(row: unknown, name: string): unknown {
  if (typeof row !== "object" || row === null) return row;
  const value = (row as Readonly<Record<string, unknown>>)[name];
  return typeof value === "number" || typeof value === "boolean" ? { ...row, [name]: String(value) } : row;
}

async function readTable(given: Extract<GivenRows, { kind: "table" }>, columns: readonly ColumnSchema[]): Promise<Frame> {
  const named = columns.map((column) => ({ ...column, from: [...new Set([...column.from, column.name])] }));
  const { accepted, rejected } = await readBatch({ name: given.source, path: given.path }, named);
  refuse(rejected.map(({ line, column, reason }) => `line ${line}${column === null ? "" : `, ${column}`}: ${reason}`));
  return accepted;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - mostProblems;
  throw errors.ROWS_REFUSED({ problems: [...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : [])] });
}
