import type { Answer, JsonCell, RowProblem } from "@atalaya/learn";
import type { FormRow, PageModel } from "./page-model.js";
import { type Reason, type Reasons, reasonsOf } from "./reasons.js";

/** What the model says about one row of many. */
export interface RowResult {
  readonly line: number;
  readonly answer: Answer | null;
  /** The three strongest; empty where they were not asked for. */
  readonly reasons: readonly Reason[];
  readonly scale: Pick<Reasons, "unit" | "scale"> | null;
  readonly problem: RowProblem | null;
}

type Scoring = Pick<PageModel, "scorer" | "bundle">;

/** Scores rows together; a row that cannot be read has its problem instead of an answer. */
export function scoreRows(model: Scoring, rows: readonly FormRow[], firstLine: number, withReasons: boolean): RowResult[] {
  const { scorer } = model;
  if (!withReasons) return rows.map((row, position) => answerAlone(model, row, firstLine + position));
  const together = scorer.read(rows);
  if (together.problems.length > 0) return rows.map((row, position) => scoreAlone(model, row, firstLine + position, withReasons));
  const { answers, explanations } = scorer.answerExplained(together.frame);
  return answers.map((answer, position) => {
    const explanation = explanations[position];
    const reasons = explanation === undefined ? null : reasonsOf(model.bundle, explanation, answer, rows[position] ?? {});
    return resultOf(firstLine + position, answer, reasons);
  });
}

/** A row without reasons takes microseconds; only one that cannot be read is looked at closely. */
function answerAlone(model: Scoring, row: FormRow, line: number): RowResult {
  const answer = model.scorer.answerRow(row);
  return answer === null ? scoreAlone(model, row, line, false) : resultOf(line, answer, null);
}

function scoreAlone(model: Scoring, row: FormRow, line: number, withReasons: boolean): RowResult {
  const { frame, problems } = model.scorer.read([row]);
  const [problem] = problems;
  if (problem !== undefined) return { line, answer: null, reasons: [], scale: null, problem };
  const [answer] = model.scorer.answer(frame);
  const [explanation] = withReasons ? model.scorer.explain(frame) : [];
  if (answer === undefined) return { line, answer: null, reasons: [], scale: null, problem: null };
  return resultOf(line, answer, explanation === undefined ? null : reasonsOf(model.bundle, explanation, answer, row));
}

function resultOf(line: number, answer: Answer, reasons: Reasons | null): RowResult {
  return {
    line,
    answer,
    reasons: reasons?.byColumn.slice(0, 3) ?? [],
    scale: reasons === null ? null : { unit: reasons.unit, scale: reasons.scale },
    problem: null,
  };
}

/** Columns that a download has behind those of the file. */
export function resultHeader(model: Scoring, withReasons: boolean): string[] {
  const answer =
    model.bundle.task === "regression"
      ? ["prediction"]
      : model.bundle.task === "anomaly"
        ? ["score", "alert"]
        : ["label", "probability"];
  const reasons = withReasons ? [1, 2, 3].flatMap((rank) => [`reason_${rank}`, `effect_${rank}`]) : [];
  return [...answer, ...reasons, "problem"];
}

export function resultCells(
  model: Scoring,
  { answer, reasons, problem }: RowResult,
  withReasons: boolean,
): (string | number | null)[] {
  const told = withReasons
    ? [0, 1, 2].flatMap((rank) => [reasons[rank] === undefined ? null : reasonText(reasons[rank]), reasons[rank]?.effect ?? null])
    : [];
  const why = problem === null ? null : `${problem.field ?? "row"}: expected ${problem.expected}, received ${problem.received}`;
  return [...answerCells(model, answer), ...told, why];
}

function reasonText({ name, value }: Reason): string {
  const cell: JsonCell | undefined = value;
  return cell === undefined ? name : `${name}=${cell === null ? "unknown" : String(cell)}`;
}

function answerCells({ bundle }: Scoring, answer: Answer | null): (string | number | null)[] {
  if (answer === null) return bundle.task === "regression" ? [null] : [null, null];
  if ("value" in answer) return [answer.value];
  if ("score" in answer) return [answer.score, answer.alert ? "true" : "false"];
  return [answer.label, answer.probability[answer.label] ?? null];
}
