import type { ModelOutputs } from "@atalaya/learn";
import { csvCell } from "../forms/cells.js";

type OutputsOf<Task extends ModelOutputs["task"]> = Extract<ModelOutputs, { task: Task }>;

/** The text of one row's prediction. */
type RowText = (row: number) => string;

/** How predictions of many rows are written: between the brackets of a JSON list, or a line of a stream each. */
export type PredictionForm = "list" | "jsonLines" | "csvLines";

/**
 * Predictions of many rows as text, straight from their columns: the same text as of the objects, in a fifth of the time.
 *
 * @param id  names the rows of lines: `<id>:<row>`
 */
export function writePredictions(outputs: ModelOutputs, unit: string | null, form: PredictionForm, id: string): string {
  const rowCount = rowsOf(outputs);
  const textOf = form === "csvLines" ? cellsOf(outputs) : jsonOf(outputs, unit);
  let text = "";
  switch (form) {
    case "list":
      for (let row = 0; row < rowCount; row++) text += row === 0 ? textOf(row) : `,${textOf(row)}`;
      return text;
    case "jsonLines":
      for (let row = 0; row < rowCount; row++) text += `{"id":"${id}:${row}","prediction":${textOf(row)}}\n`;
      return text;
    case "csvLines":
      // The last cell names the problem of a row that has one.
      for (let row = 0; row < rowCount; row++) text += `${id}:${row},${textOf(row)},\n`;
      return text;
  }
}

function rowsOf(outputs: ModelOutputs): number {
  switch (outputs.task) {
    case "regression":
      return outputs.values.length;
    case "classification":
      return outputs.probability[0]?.length ?? 0;
    case "anomaly":
      return outputs.scores.length;
  }
}

function jsonOf(outputs: ModelOutputs, unit: string | null): RowText {
  switch (outputs.task) {
    case "regression":
      return valueTexts(outputs, `,"unit":${JSON.stringify(unit)}}`);
    case "classification":
      return classTexts(outputs);
    case "anomaly": {
      const { scores, alertThreshold } = outputs;
      const tail = `,"threshold":${JSON.stringify(alertThreshold)}}`;
      return (row) => `{"score":${scores[row]},"alert":${scores[row]! >= alertThreshold}${tail}`;
    }
  }
}

function valueTexts({ values, interval }: OutputsOf<"regression">, tail: string): RowText {
  if (interval === undefined) return (row) => `{"value":${finite(values[row]!)}${tail}`;
  const { below, above, coverage } = interval;
  return (row) => {
    const value = values[row]!;
    const ends = `"low":${finite(value + below)},"high":${finite(value + above)}`;
    return `{"value":${finite(value)},"interval":{${ends},"coverage":${coverage}}${tail}`;
  };
}

/** As JSON has it, which knows no other numbers. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function classTexts(outputs: OutputsOf<"classification">): RowText {
  const { classes, probability } = outputs;
  // An object has its keys that are whole numbers first, whatever the order of the classes.
  const names = Object.keys(Object.fromEntries(classes.map((name) => [name, null])));
  const parts = names.map((name, at) => ({
    head: `${at === 0 ? "" : ","}${JSON.stringify(name)}:`,
    values: probability[classes.indexOf(name)]!,
  }));
  const heads = new Map(classes.map((name) => [name, `{"label":${JSON.stringify(name)},"probability":{`]));
  const labels = labelsOf(outputs);
  return (row) => {
    let text = heads.get(labels[row]!) ?? "";
    for (const { head, values } of parts) text += head + values[row];
    return `${text}}}`;
  };
}

function labelsOf({ classes, probability, decisionThreshold }: OutputsOf<"classification">): string[] {
  const rows = probability[0]?.length ?? 0;
  if (decisionThreshold !== undefined && classes.length === 2) {
    return Array.from({ length: rows }, (_, row) => classes[probability[1]![row]! >= decisionThreshold ? 1 : 0]!);
  }
  return Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let own = 1; own < classes.length; own++) if (probability[own]![row]! > probability[best]![row]!) best = own;
    return classes[best]!;
  });
}

/** Cells of CSV, as `csvColumns` names them. */
function cellsOf(outputs: ModelOutputs): RowText {
  switch (outputs.task) {
    case "regression":
      return (row) => String(outputs.values[row]);
    case "classification": {
      const { probability } = outputs;
      const labels = labelsOf(outputs);
      return (row) => `${csvCell(labels[row]!)},${probability.map((values) => values[row]).join(",")}`;
    }
    case "anomaly": {
      const { scores, alertThreshold } = outputs;
      return (row) => `${scores[row]},${scores[row]! >= alertThreshold}`;
    }
  }
}
