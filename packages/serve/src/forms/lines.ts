import type { AtalayaError } from "@atalaya/errors";
import type { Frame, RowProblem } from "@atalaya/learn";
import type { Explanation } from "../answers/explanation.js";
import type { Prediction } from "../answers/prediction.js";
import { errors } from "../errors.js";
import type { ScoringModel } from "../models/scoring-model.js";
import { parseJson } from "../rows/decode-body.js";
import { csvCell } from "./cells.js";

/** One line of a stream: its row, or why it has none. */
export interface Line {
  readonly row: unknown;
  readonly problem: AtalayaError | null;
}

/** Answers to the good lines, in their order. */
export interface LinesAnswered {
  readonly predictions: readonly Prediction[];
  readonly explanations: readonly Explanation[] | null;
}

const MOST_LEVELS = 16;

export const goodLine = (row: unknown): Line => ({ row, problem: null });

/** The lines of newline-delimited JSON, without empty ones. */
export function readLines(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      try {
        // A row is flat: many brackets in one line are no row, and parsing them would take long.
        if ((line.match(/[[{]/g)?.length ?? 0) > 1_000) throw errors.BODY_TOO_DEEP({ limit: MOST_LEVELS });
        return goodLine(parseJson(line));
      } catch (problem) {
        return { row: null, problem: problem as AtalayaError };
      }
    });
}

/** Lines with their problems, and what can be scored of them. */
export interface JudgedLines {
  readonly outcomes: readonly Line[];
  readonly good: { readonly rows: readonly unknown[]; readonly frame: Frame };
}

/** Reads all good lines at once, and one by one only when some of them are bad. */
export function judgeLines(lines: readonly Line[], scoring: ScoringModel, pipeline: string): JudgedLines {
  const first = readGood(lines, scoring);
  if (first.problems.length === 0) return { outcomes: lines, good: first };
  const outcomes = lines.map((line) => {
    if (line.problem !== null) return line;
    const { problems } = scoring.read([line.row]);
    return problems.length === 0 ? line : { row: line.row, problem: errors.BAD_ROWS({ pipeline, problems, isSingle: true }) };
  });
  return { outcomes, good: readGood(outcomes, scoring) };
}

function readGood(lines: readonly Line[], scoring: ScoringModel) {
  const rows = lines.filter(({ problem }) => problem === null).map(({ row }) => row);
  return { rows, ...scoring.read(rows) };
}

/** One JSON object per line: id and prediction (and explanation), or code and detail of the problem. */
export function lineAnswers(id: string, lines: readonly Line[], answered: LinesAnswered): string {
  let good = 0;
  let text = "";
  for (const { problem } of lines) {
    text += problem === null ? answerLine(`${id}:${good}`, answered, good++) : problemLine(problem);
  }
  return text;
}

function answerLine(id: string, { predictions, explanations }: LinesAnswered, at: number): string {
  const explanation = explanations === null ? "" : `,"explanation":${JSON.stringify(explanations[at])}`;
  return `{"id":"${id}","prediction":${predictionText(predictions[at]!)}${explanation}}\n`;
}

/** As JSON writes it, which for a number alone takes five times as long. */
function predictionText(prediction: Prediction): string {
  if (!("value" in prediction) || prediction.interval !== undefined) return JSON.stringify(prediction);
  const { value, unit } = prediction;
  return Number.isFinite(value) ? `{"value":${value},"unit":${JSON.stringify(unit)}}` : JSON.stringify(prediction);
}

function problemLine(problem: AtalayaError): string {
  const { problems } = problem.details as { problems?: readonly RowProblem[] };
  const errorsOfRow = problems?.map(({ row: _row, ...rest }) => rest);
  return `${JSON.stringify({ problem: { code: problem.code, detail: problem.message, errors: errorsOfRow } })}\n`;
}

/** Columns of the CSV that a model answers with. */
export function csvColumns({ task, classes }: Pick<ScoringModel, "task" | "classes">): string[] {
  switch (task) {
    case "regression":
      return ["id", "value", "problem"];
    case "classification":
      return ["id", "label", ...(classes ?? []).map((label) => `probability ${label}`), "problem"];
    case "anomaly":
      return ["id", "score", "alert", "problem"];
  }
}

/** One line of CSV per line, as `csvColumns` names the cells. */
export function csvAnswers(
  id: string,
  lines: readonly Line[],
  { predictions }: LinesAnswered,
  scoring: Pick<ScoringModel, "task" | "classes">,
): string {
  const width = csvColumns(scoring).length;
  const noAnswer = ",".repeat(width - 1);
  let good = 0;
  let text = "";
  for (const { problem } of lines) {
    if (problem !== null) text += `${noAnswer}${csvCell(problem.message)}\n`;
    else {
      text += `${id}:${good},${csvCells(predictions[good]!, scoring.classes ?? [])},\n`;
      good++;
    }
  }
  return text;
}

function csvCells(prediction: Prediction, classes: readonly string[]): string {
  if ("value" in prediction) return String(prediction.value);
  if ("score" in prediction) return `${prediction.score},${prediction.alert}`;
  const shares = classes.map((label) => prediction.probability[label]).join(",");
  return `${csvCell(prediction.label)},${shares}`;
}
