import { createHash } from "node:crypto";
import type { Frame } from "@atalaya/learn";
import { rowAsJson } from "@atalaya/learn/answering";
import { errors } from "../errors.js";
import { csvAnswers, goodLine, judgeLines, type Line, lineAnswers, readLines } from "../forms/lines.js";
import { invocationAnswer, readInvocation, rowsOfCsv } from "../forms/mlflow.js";
import { inferenceAnswer, readInference } from "../forms/open-inference.js";
import type { ScoringModel } from "../models/scoring-model.js";
import type { ModelIdentity } from "../models/served-model.js";
import { decodeJson, textOf } from "../rows/decode-body.js";
import { readPlainCsv, readPlainJson } from "../rows/plain-rows.js";
import { type AnswerOptions, type RequestRows, requestRows } from "../rows/request-rows.js";
import { fieldsOf } from "./answer-fields.js";
import { answerCounterfactual } from "./counterfactual-request.js";
import { type Explanation, presentExplanation } from "./explanation.js";
import type { Prediction } from "./prediction.js";

/** How a body is written, and so its answer: our rows, two protocols of others, and parts of streams. */
export type BodyForm = "rows" | "openInference" | "invocation" | "invocationCsv" | "lines" | "csvLines" | "counterfactual";

/** Everything that scoring a body needs besides body and model: plain data, so that a thread can do it. */
export interface ScoringCall {
  readonly form: BodyForm;
  /** Names the answer. */
  readonly id: string;
  readonly options: AnswerOptions;
  readonly mostRows: number;
  readonly mostExplainedRows: number;
  /** True: inputs and answers are wanted as text, to be kept. */
  readonly wantsLog: boolean;
  /** True: the body is one of several parts of a list, and the answer is the text between the brackets of its own. */
  readonly isPart?: boolean;
  /** Names of the columns of a part of CSV, which only the first part holds. */
  readonly columns?: readonly string[];
}

/** A model and all that an answer says about it. */
export interface AnsweringModel {
  readonly scoring: ScoringModel;
  readonly identity: ModelIdentity;
}

/** Inputs and answers of a request as the text of JSON lists. */
export interface LoggedText {
  readonly inputs: string;
  readonly answers: string;
}

export interface ScoredBody {
  readonly text: string;
  readonly rows: number;
  readonly isSingle: boolean;
  readonly isExplained: boolean;
  readonly log: LoggedText | null;
  readonly predictions: readonly Prediction[];
}

/** Rows that were read and found good, with what they were answered. */
interface Answered {
  readonly rows: readonly unknown[];
  readonly predictions: readonly Prediction[];
  readonly explanations: readonly Explanation[] | null;
}

/**
 * Answers a request's body. Pure, so it may run on any thread.
 *
 * @throws SERVE_BODY_…, SERVE_TOO_MANY_ROWS, SERVE_BAD_ROWS, SERVE_BAD_OPTION, SERVE_BAD_TENSOR, SERVE_BAD_INVOCATION
 */
export function scoreBody(model: AnsweringModel, call: ScoringCall, body: Uint8Array | undefined): ScoredBody {
  switch (call.form) {
    case "rows":
      return scoreRows(model, call, body);
    case "openInference": {
      const request = readInference(decodeJson(body).value, call.mostRows);
      const answered = answer(model, request.rows, call.options, false);
      const text = JSON.stringify(inferenceAnswer(model.scoring, model.identity, request, answered.predictions, call.id));
      return scored(model, call, text, answered);
    }
    case "invocation":
    case "invocationCsv": {
      const rows =
        call.form === "invocation"
          ? readInvocation(decodeJson(body).value)
          : rowsOfCsv(textOf(body ?? new Uint8Array()), model.scoring.inputs);
      if (rows.length > call.mostRows) throw errors.TOO_MANY_ROWS({ rows: rows.length, limit: call.mostRows });
      const answered = answer(model, rows, call.options, false);
      return scored(model, call, JSON.stringify(invocationAnswer(answered.predictions)), answered);
    }
    case "counterfactual": {
      const { scoring, identity } = model;
      const answer = answerCounterfactual(scoring, identity.pipeline, decodeJson(body).value);
      const text = `${headText(call.id, identity)}${JSON.stringify(answer).slice(1)}`;
      // A question of "what if" is no prediction of anything: it is not kept.
      return { text, rows: 1, isSingle: true, isExplained: true, log: null, predictions: [] };
    }
    case "lines":
    case "csvLines":
      return scorePlainLines(model, call, body) ?? scoreLines(model, call, textOf(body ?? new Uint8Array()));
  }
}

function scoreRows(model: AnsweringModel, call: ScoringCall, body: Uint8Array | undefined): ScoredBody {
  const quick = scorePlainRows(model, call, body);
  if (quick !== null) return quick;
  const { text, value } = decodeJson(body);
  const request = requestRows(value, inputNames(model.scoring), call.options, ({ explain }) =>
    explain ? call.mostExplainedRows : call.mostRows,
  );
  const { rows, isSingle, options } = request;
  const plain = isSingle || rows.length < MANY_ROWS ? null : scorePlainly(model, call, request, text);
  if (plain !== null) return plain;
  const answered = answer(model, rows, options, isSingle);
  const head = headText(call.id, model.identity);
  const part = (row: number) => answerText(model, call.id, answered, row, options, isSingle);
  const tail = isSingle ? part(0) : `"predictions":[${answered.predictions.map((_, row) => part(row)).join(",")}]`;
  const log = call.wantsLog ? { inputs: inputsText(model, request, text), answers: predictionsText(answered) } : null;
  return {
    text: `${head}${tail}}`,
    rows: rows.length,
    isSingle,
    isExplained: options.explain,
    log,
    predictions: answered.predictions,
  };
}

/** Rows from which an answer is written from columns, without an object for each. */
const MANY_ROWS = 64;

/** Bytes of a body from which it is tried to read its rows without objects. */
const MANY_BYTES = 4_096;

/** Many plain rows, never made objects; null: they are to be parsed. */
function scorePlainRows(model: AnsweringModel, call: ScoringCall, body: Uint8Array | undefined): ScoredBody | null {
  const { scoring, identity } = model;
  const { rules } = identity;
  if (body === undefined || body.length < MANY_BYTES || call.options.explain || rules.fields.predict.length > 0) return null;
  if (scoring.writePredictions === undefined || (call.wantsLog && rules.hashed.length > 0)) return null;
  const frame = readPlainJson(body, scoring.inputs, false);
  if (frame === null || frame.rowCount > call.mostRows) return null;
  const answers = scoring.writePredictions(frame, "list", call.id);
  const log = call.wantsLog ? { inputs: listText(textOf(body)), answers: `[${answers}]` } : null;
  const text = call.isPart === true ? answers : listAnswer(call.id, identity, answers);
  return { text, rows: frame.rowCount, isSingle: false, isExplained: false, log, predictions: [] };
}

/** The list alone, of a body that is one or holds nothing else. */
function listText(text: string): string {
  return text.slice(text.indexOf("["), text.lastIndexOf("]") + 1);
}

/** Many rows without explanations or further fields; null: it takes the long way. */
function scorePlainly(model: AnsweringModel, call: ScoringCall, request: RequestRows, text: string): ScoredBody | null {
  const { scoring, identity } = model;
  const { rows, options } = request;
  if (scoring.writePredictions === undefined || options.explain || identity.rules.fields.predict.length > 0) return null;
  const { frame, problems } = scoring.read(rows);
  if (problems.length > 0) throw errors.BAD_ROWS({ pipeline: identity.pipeline, problems, isSingle: false });
  const answers = scoring.writePredictions(frame, "list", call.id);
  const log = call.wantsLog ? { inputs: inputsText(model, request, text), answers: `[${answers}]` } : null;
  const written = call.isPart === true ? answers : listAnswer(call.id, identity, answers);
  return { text: written, rows: rows.length, isSingle: false, isExplained: false, log, predictions: [] };
}

/** An answer to several rows, of the text of their predictions. */
export function listAnswer(id: string, identity: ModelIdentity, answers: string): string {
  return `${headText(id, identity)}"predictions":[${answers}]}`;
}

/** Lines that are all good and plain; null: each is to be judged. */
function scorePlainLines(model: AnsweringModel, call: ScoringCall, body: Uint8Array | undefined): ScoredBody | null {
  const { scoring, identity } = model;
  const { columns, wantsLog, options } = call;
  if (body === undefined || options.explain || (wantsLog && identity.rules.hashed.length > 0)) return null;
  const frame = columns === undefined ? readPlainJson(body, scoring.inputs, true) : readPlainCsv(body, scoring.inputs, columns);
  if (frame === null) return null;
  const rows = frame.rowCount;
  const inputs = () => linesText(frame, columns === undefined ? body : null);
  const form = call.form === "lines" ? "jsonLines" : "csvLines";
  if (scoring.writePredictions !== undefined && !wantsLog) {
    const text = scoring.writePredictions(frame, form, call.id);
    return { text, rows, isSingle: false, isExplained: false, log: null, predictions: [] };
  }
  const predictions = scoring.predict(frame);
  const log = wantsLog ? { inputs: inputs(), answers: JSON.stringify(predictions) } : null;
  const outcomes = new Array<Line>(rows).fill(goodLine(null));
  const write = form === "jsonLines" ? lineAnswers : csvAnswers;
  const text = write(call.id, outcomes, { predictions, explanations: null }, scoring);
  return { text, rows, isSingle: false, isExplained: false, log, predictions };
}

/** Rows as the text of a JSON list: of lines of JSON they are that already. */
function linesText(frame: Frame, lines: Uint8Array | null): string {
  if (lines !== null)
    return `[${textOf(lines)
      .trim()
      .split(/\s*\n\s*/)
      .join(",")}]`;
  return JSON.stringify(Array.from({ length: frame.rowCount }, (_, row) => rowAsJson(frame, row)));
}

/** Each row of a stream has its own outcome, so a bad one spoils no other. */
function scoreLines(model: AnsweringModel, call: ScoringCall, text: string): ScoredBody {
  const { scoring, identity } = model;
  const { view, top } = call.options;
  const lines = call.columns === undefined ? readLines(text) : rowsOfCsv(text, scoring.inputs, call.columns).map(goodLine);
  const { outcomes, good } = judgeLines(lines, scoring, identity.pipeline);
  const { rows, frame } = good;
  const answered: Answered = { rows, ...scoreFrame(scoring, frame, call.options) };
  const explanations = answered.explanations?.map((explanation) => presentExplanation(explanation, view, top)) ?? null;
  const write = call.form === "lines" ? lineAnswers : csvAnswers;
  return scored(model, call, write(call.id, outcomes, { ...answered, explanations }, scoring), answered);
}

/** @throws SERVE_BAD_ROWS */
function answer(
  { scoring, identity }: AnsweringModel,
  rows: readonly unknown[],
  options: AnswerOptions,
  isSingle: boolean,
): Answered {
  if (rows.length === 1 && !options.explain) {
    const prediction = scoring.predictRow?.(rows[0]) ?? null;
    if (prediction !== null) return { rows, predictions: [prediction], explanations: null };
  }
  const { frame, problems } = scoring.read(rows);
  if (problems.length > 0) throw errors.BAD_ROWS({ pipeline: identity.pipeline, problems, isSingle });
  return { rows, ...scoreFrame(scoring, frame, options) };
}

function scoreFrame(scoring: ScoringModel, frame: Frame, { explain, view }: AnswerOptions): Omit<Answered, "rows"> {
  if (!explain) return { predictions: scoring.predict(frame), explanations: null };
  const explained = scoring.predictExplained?.(frame, view);
  return explained ?? { predictions: scoring.predict(frame), explanations: scoring.explain(frame) };
}

function scored({ identity }: AnsweringModel, call: ScoringCall, text: string, answered: Answered): ScoredBody {
  const { rows } = answered;
  const log = call.wantsLog ? { inputs: rowsText(identity, rows), answers: predictionsText(answered) } : null;
  return { text, rows: rows.length, isSingle: false, isExplained: call.options.explain, log, predictions: answered.predictions };
}

const headByIdentity = new WeakMap<ModelIdentity, string>();

/** Beginning of an answer; all but its id is the same for every answer of a model. */
function headText(id: string, identity: ModelIdentity): string {
  let tail = headByIdentity.get(identity);
  if (tail === undefined) {
    const { pipeline, version, alias, hash } = identity;
    tail = `",${JSON.stringify({ pipeline, version, alias, model: hash }).slice(1, -1)},`;
    headByIdentity.set(identity, tail);
  }
  return `{"id":"${id}${tail}`;
}

/** One answer: parts of an object when it stands alone, else an object. */
function answerText(
  { scoring, identity }: AnsweringModel,
  id: string,
  { predictions, explanations }: Answered,
  row: number,
  { view, top }: AnswerOptions,
  isSingle: boolean,
): string {
  const prediction = predictions[row]!;
  const { rules, version, hash: model, run } = identity;
  const fields = explanations === null ? rules.fields.predict : rules.fields.explain;
  if (explanations === null && fields.length === 0) {
    return isSingle ? `"prediction":${JSON.stringify(prediction)}` : JSON.stringify(prediction);
  }
  const explanation = explanations === null ? null : presentExplanation(explanations[row]!, view, top);
  const own = explanation !== null ? { prediction, explanation } : isSingle ? { prediction } : prediction;
  const further = fieldsOf(fields, { id, version, model, run, featureNames: scoring.features }, prediction, explanation);
  const text = JSON.stringify({ ...own, ...further });
  return isSingle ? text.slice(1, -1) : text;
}

const namesByModel = new WeakMap<ScoringModel, ReadonlySet<string>>();

function inputNames(scoring: ScoringModel): ReadonlySet<string> {
  let names = namesByModel.get(scoring);
  if (names === undefined) {
    names = new Set(scoring.inputs.map(({ name }) => name));
    namesByModel.set(scoring, names);
  }
  return names;
}

/** The text of the body itself where it is that of the rows. */
function inputsText({ identity }: AnsweringModel, { rows, isSingle, isBare }: RequestRows, text: string): string {
  if (isBare && identity.rules.hashed.length === 0) return isSingle ? `[${text}]` : text;
  return rowsText(identity, rows);
}

function rowsText({ rules }: ModelIdentity, rows: readonly unknown[]): string {
  if (rules.hashed.length === 0) return JSON.stringify(rows);
  const hashed = new Set(rules.hashed);
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, hashed.has(name) ? hashOf(value) : value])),
    ),
  );
}

/** Missing stays missing; equal values stay equal. */
function hashOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return `sha256:${createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32)}`;
}

function predictionsText({ predictions }: Answered): string {
  return JSON.stringify(predictions);
}
