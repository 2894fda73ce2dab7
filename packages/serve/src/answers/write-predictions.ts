import type { ModelOutputs } from "@atalaya/learn";

type OutputsOf<Task extends ModelOutputs["task"]> = Extract<ModelOutputs, { task: Task }>;

/**
 * Predictions of many rows as the text between the brackets of a JSON list, straight from their columns: the same text as of
 * the objects, in a fifth of the time.
 */
export function writePredictions(outputs: ModelOutputs, unit: string | null): string {
  switch (outputs.task) {
    case "regression":
      return writeValues(outputs, `,"unit":${JSON.stringify(unit)}}`);
    case "classification":
      return writeClasses(outputs);
    case "anomaly":
      return writeScores(outputs);
  }
}

function writeValues({ values, interval }: OutputsOf<"regression">, tail: string): string {
  let text = "";
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    text += `${row === 0 ? "" : ","}{"value":${finite(value)}`;
    if (interval !== undefined) {
      const { below, above, coverage } = interval;
      text += `,"interval":{"low":${finite(value + below)},"high":${finite(value + above)},"coverage":${coverage}}`;
    }
    text += tail;
  }
  return text;
}

/** As JSON has it, which knows no other numbers. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function writeClasses(outputs: OutputsOf<"classification">): string {
  const { classes, probability } = outputs;
  // An object has its keys that are whole numbers first, whatever the order of the classes.
  const names = Object.keys(Object.fromEntries(classes.map((name) => [name, null])));
  const parts = names.map((name, at) => ({
    head: `${at === 0 ? "" : ","}${JSON.stringify(name)}:`,
    values: probability[classes.indexOf(name)]!,
  }));
  const heads = new Map(classes.map((name) => [name, `{"label":${JSON.stringify(name)},"probability":{`]));
  const labels = labelsOf(outputs);
  let text = "";
  for (let row = 0; row < labels.length; row++) {
    text += (row === 0 ? "" : ",") + heads.get(labels[row]!);
    for (const { head, values } of parts) text += head + values[row];
    text += "}}";
  }
  return text;
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

function writeScores({ scores, alertThreshold }: OutputsOf<"anomaly">): string {
  const tail = `,"threshold":${JSON.stringify(alertThreshold)}}`;
  let text = "";
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    text += `${row === 0 ? "" : ","}{"score":${score},"alert":${score >= alertThreshold}${tail}`;
  }
  return text;
}
