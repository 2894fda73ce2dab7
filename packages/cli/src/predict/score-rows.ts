import { readBatch } from "@atalaya/ingest";
import type { Frame } from "@atalaya/learn";
import type { Explanation, Prediction, ScoringModel } from "@atalaya/serve";
import { errors } from "../errors.js";
import type { GivenRows } from "./given-rows.js";

export interface ScoredRow {
  readonly prediction: Prediction;
  readonly explanation?: Explanation;
}

/** Most problems that one error tells. */
const mostProblems = 5;

/**
 * One prediction a row, with reasons if they are wanted.
 *
 * @throws CLI_ROWS_REFUSED naming row (or line) and field: either all rows are scored or none
 */
export async function scoreRows(model: ScoringModel, given: GivenRows, explain: boolean): Promise<ScoredRow[]> {
  const frame = given.kind === "table" ? await readTable(model, given) : readValues(model, given.rows);
  const predictions = model.predict(frame);
  if (!explain) return predictions.map((prediction) => ({ prediction }));
  const explanations = model.explain(frame);
  return predictions.map((prediction, row) => {
    const explanation = explanations[row];
    return explanation === undefined ? { prediction } : { prediction, explanation };
  });
}

function readValues(model: ScoringModel, rows: readonly unknown[]): Frame {
  const { frame, problems } = model.read(rows);
  refuse(
    problems.map(({ row, field, expected, received }) => {
      const where = [row === null || rows.length === 1 ? [] : [`row ${row + 1}`], field ?? []].flat().join(", ");
      return `${where === "" ? "" : `${where}: `}expected ${expected}, received ${received}`;
    }),
  );
  return frame;
}

/** A table is read by the rules of training; its columns may carry their names in the source or in the project. */
async function readTable(model: ScoringModel, given: Extract<GivenRows, { kind: "table" }>): Promise<Frame> {
  const columns = model.inputs.map((input) => ({ ...input, from: [...new Set([...input.from, input.name])] }));
  const { accepted, rejected } = await readBatch({ name: given.source, path: given.path }, columns);
  refuse(rejected.map(({ line, column, reason }) => `line ${line}${column === null ? "" : `, ${column}`}: ${reason}`));
  return accepted;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - mostProblems;
  throw errors.ROWS_REFUSED({ problems: [...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : [])] });
}
