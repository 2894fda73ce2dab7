import { errors } from "../errors.js";
import type { Row, ScoringModel } from "../models/scoring-model.js";
import { type CounterfactualOptions, smallestChange } from "./counterfactual.js";
import { type Goal, readGoal } from "./goal.js";

const known = ["row", "goal", "change", "most"];
const MOST_CHANGES = 4;

/** The parts of an answer about what would have to be otherwise. */
export interface CounterfactualAnswer {
  readonly prediction: object;
  readonly reached: boolean;
  readonly counterfactual: object | null;
}

/**
 * Answers `{"row": {…}, "goal": {…}}`, with `change` (columns that may change) and `most` (changes at once, 3 unless said
 * otherwise).
 *
 * @throws SERVE_BAD_OPTION, SERVE_BAD_ROWS
 */
export function answerCounterfactual(scoring: ScoringModel, pipeline: string, body: unknown): CounterfactualAnswer {
  const { row, goal, options } = readRequest(scoring, body);
  const { frame, problems } = scoring.read([row]);
  if (problems.length > 0) throw errors.BAD_ROWS({ pipeline, problems, isSingle: true });
  const prediction = scoring.predict(frame)[0]!;
  if (goal.gap(prediction) <= 0) return { prediction, reached: true, counterfactual: null };
  return { prediction, reached: false, counterfactual: smallestChange(scoring, row, goal, options) };
}

function readRequest(scoring: ScoringModel, body: unknown): { row: Row; goal: Goal; options: CounterfactualOptions } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw bad("body", '{"row": {…}, "goal": {…}}', body);
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined) throw bad(other.slice(0, 100), `one of ${known.join(", ")}`, "no option that is known here");
  const { row, goal, change, most = 3 } = body as Record<string, unknown>;
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw bad("row", "one row as an object", row);
  if (typeof most !== "number" || !Number.isInteger(most) || most < 1 || most > MOST_CHANGES) {
    throw bad("most", `a whole number from 1 to ${MOST_CHANGES}`, most);
  }
  const names = scoring.inputs.map(({ name }) => name);
  if (change !== undefined && !(Array.isArray(change) && change.every((name) => names.includes(name)))) {
    throw bad("change", `a list of columns out of ${names.join(", ")}`, change);
  }
  const columns = change === undefined ? null : (change as readonly string[]);
  return { row: row as Row, goal: readGoal(goal, scoring), options: { columns, mostChanges: most } };
}

function bad(option: string, expected: string, value: unknown): Error {
  const received = typeof value === "string" ? value : String(JSON.stringify(value)).slice(0, 100);
  return errors.BAD_OPTION({ option, expected, received });
}
