import type { Prediction } from "../answers/prediction.js";
import { errors } from "../errors.js";
import type { ScoringModel } from "../models/scoring-model.js";
import { cellReader, parseCsv } from "./cells.js";

const forms = ["dataframe_split", "dataframe_records", "instances", "inputs"] as const;

/**
 * The rows of a request to MLflow's scoring server (`POST /invocations`): `dataframe_split`, `dataframe_records`,
 * `instances` or `inputs`. `params` beside them are for models of other kinds and may only be empty.
 *
 * @throws SERVE_BAD_INVOCATION
 */
export function readInvocation(body: unknown): readonly unknown[] {
  if (!isRecord(body)) throw bad("body", "an object", body);
  const { params, ...given } = body;
  if (params !== undefined && !(isRecord(params) && Object.keys(params).length === 0)) throw bad("params", "left out", params);
  const names = Object.keys(given);
  const form = forms.find((known) => known === names[0]);
  if (names.length !== 1 || form === undefined) throw bad("body", `one of ${forms.join(", ")}`, names.join(", ").slice(0, 100));
  const value = given[form];
  switch (form) {
    case "dataframe_split":
      return rowsOfSplit(value);
    case "dataframe_records":
      if (!Array.isArray(value)) throw bad(form, "a list of rows", value);
      return value;
    case "instances":
    case "inputs":
      return Array.isArray(value) ? value : rowsOfColumns(form, value);
  }
}

function rowsOfSplit(value: unknown): unknown[] {
  if (!isRecord(value)) throw bad("dataframe_split", "an object with columns and data", value);
  const { columns, data } = value;
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === "string")) {
    throw bad("dataframe_split.columns", "a list of names", columns);
  }
  if (!Array.isArray(data)) throw bad("dataframe_split.data", "a list of rows", data);
  return data.map((cells: unknown, row) => {
    if (!Array.isArray(cells) || cells.length !== columns.length) {
      throw bad(`dataframe_split.data[${row}]`, `a list of ${columns.length} cells`, cells);
    }
    return Object.fromEntries(columns.map((name, position) => [name, cells[position]]));
  });
}

function rowsOfColumns(form: string, value: unknown): unknown[] {
  if (!isRecord(value)) throw bad(form, "a list of rows, or lists of cells by column", value);
  const columns = Object.entries(value);
  const rowCount = Array.isArray(columns[0]?.[1]) ? columns[0][1].length : 0;
  for (const [name, cells] of columns) {
    if (!Array.isArray(cells) || cells.length !== rowCount)
      throw bad(`${form}.${name.slice(0, 100)}`, `a list of ${rowCount} cells`, cells);
  }
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(([name, cells]) => [name, (cells as readonly unknown[])[row]])),
  );
}

/** Rows of CSV with the columns' names in the first line. */
export function rowsOfCsv(text: string, inputs: ScoringModel["inputs"], names?: readonly string[]): Record<string, unknown>[] {
  const records = parseCsv(text);
  const columns = names ?? records.shift() ?? [];
  const readers = columns.map((name) => cellReader(inputs.find((input) => input.name === name)));
  return records.map((cells) => {
    const row = Object.fromEntries(columns.map((name, position) => [name, readers[position]!(cells[position] ?? "")]));
    // More cells than names: as an unknown field it is told like any other.
    return cells.length > columns.length ? { ...row, [`column ${columns.length + 1}`]: cells[columns.length] } : row;
  });
}

/** What MLflow's own models answer: the value, the label, or 1 for an alert and 0 for none. */
export function invocationAnswer(predictions: readonly Prediction[]): object {
  return {
    predictions: predictions.map((prediction) => {
      if ("value" in prediction) return prediction.value;
      return "label" in prediction ? prediction.label : Number(prediction.alert);
    }),
  };
}

function bad(field: string, expected: string, value: unknown): Error {
  const received = Array.isArray(value)
    ? "a list"
    : typeof value === "object"
      ? value === null
        ? "null"
        : "an object"
      : String(value);
  return errors.BAD_INVOCATION({ field, expected, received: received.slice(0, 100) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
