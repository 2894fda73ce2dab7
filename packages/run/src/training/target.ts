import type { PipelineDefinition } from "@atalaya/define";
import { columnOf, type Frame, type FrameColumn, type Target } from "@atalaya/learn";

/**
 * What the pipeline predicts, read off its rows; null where it scores anomalies. Classes are the declared levels in their
 * order, else the levels that occur, sorted, so that the order never depends on that of the rows; booleans are `false`, `true`.
 */
export function readTarget(definition: PipelineDefinition, frame: Frame): Target | null {
  const name = definition.features.target;
  if (name === null) return null;
  const column = columnOf(frame, name);
  if (column.kind === "boolean") {
    return { kind: "class", codes: Int32Array.from(column.values), classes: ["false", "true"] };
  }
  if (column.kind !== "category") return { kind: "number", values: column.values };
  const declared = definition.dataset.columns.find((schema) => schema.name === name)?.levels;
  const classes = declared ?? levelsThatOccur(column).sort();
  const codeByLevel = new Map(classes.map((level, code) => [level, code]));
  const codes = column.codes.map((code) => codeByLevel.get(column.levels[code]!) ?? -1);
  return { kind: "class", codes, classes };
}

function levelsThatOccur(column: Extract<FrameColumn, { kind: "category" }>): string[] {
  return [...new Set(column.codes)].filter((code) => code >= 0).map((code) => column.levels[code]!);
}

/** The rows' share of a target. */
export function selectTarget(target: Target, rows: Uint32Array): Target {
  return target.kind === "number"
    ? { kind: "number", values: Float64Array.from(rows, (row) => target.values[row]!) }
    : { kind: "class", codes: Int32Array.from(rows, (row) => target.codes[row]!), classes: target.classes };
}
