import { ELEMENT, type GraphWriter, type ValueName } from "./graph.js";

/**
 * A column inside the graph, [rows, 1]. Numbers, booleans (0 and 1) and times (milliseconds) are float64 with NaN for
 * missing. A category is text of the request, where the empty text is missing, or the code of one of `levels`, where
 * `levels.length` is missing.
 */
export type GraphColumn =
  | { readonly kind: "number" | "boolean" | "time"; readonly value: ValueName }
  | { readonly kind: "text"; readonly value: ValueName }
  | { readonly kind: "codes"; readonly value: ValueName; readonly levels: readonly string[] };

/** A number for each level, for any other level, and for a missing one. */
export interface LevelTable {
  readonly levels: readonly string[];
  readonly values: readonly number[];
  readonly unseen: number;
  readonly missing: number;
}

/** The table's number for each row, float64 [rows, 1]. */
export function lookUpLevel(graph: GraphWriter, column: GraphColumn, table: LevelTable): ValueName {
  switch (column.kind) {
    case "text":
      return lookUpText(graph, column.value, table);
    case "codes": {
      const byLevel = new Map(table.levels.map((level, position) => [level, table.values[position]]));
      const values = [...column.levels.map((level) => byLevel.get(level) ?? table.unseen), table.missing];
      return gather(graph, values, column.value);
    }
    default:
      return lookUpNumber(graph, column, table);
  }
}

function gather(graph: GraphWriter, values: readonly number[], codes: ValueName): ValueName {
  const table = graph.constant({ type: "double", shape: [values.length], values });
  return graph.add("Gather", [table, codes], { axis: 0 });
}

function lookUpText(graph: GraphWriter, value: ValueName, { levels, values, unseen, missing }: LevelTable): ValueName {
  const named = levels.map((level, position) => ({ level, position })).filter(({ level }) => level !== "");
  const codes = graph.add("LabelEncoder", [value], {
    keys_strings: [...named.map(({ level }) => level), ""],
    values_int64s: [...named.map((_, code) => code), named.length + 1],
    default_int64: named.length,
  });
  return gather(graph, [...named.map(({ position }) => values[position]), unseen, missing], codes);
}

/** Levels of a number are its texts: each row is compared with the number of each level. */
function lookUpNumber(
  graph: GraphWriter,
  column: Extract<GraphColumn, { kind: "number" | "boolean" | "time" }>,
  { levels, values, unseen, missing }: LevelTable,
): ValueName {
  const numbers = levels.map((level) => numberOfLevel(level, column.kind));
  const known = levels.map((_, position) => position).filter((position) => !Number.isNaN(numbers[position]));
  const row = (list: readonly number[]) => graph.constant({ type: "double", shape: [1, list.length], values: list });
  const isMissing = graph.add("IsNaN", [column.value]);
  if (known.length === 0) return graph.add("Where", [isMissing, graph.number(missing), graph.number(unseen)]);
  const isLevel = graph.add("Equal", [column.value, row(known.map((position) => numbers[position]))]);
  // The place of the one that is equal, or of the entry behind them all.
  const flags = graph.add("Cast", [isLevel], { to: ELEMENT.double });
  const none = graph.add("Sub", [graph.number(1), graph.add("ReduceMax", [flags], { axes: [1], keepdims: 1 })]);
  const place = graph.add("ArgMax", [graph.add("Concat", [flags, none], { axis: 1 })], { axis: 1, keepdims: 1 });
  const found = gather(graph, [...known.map((position) => values[position]), unseen], place);
  return graph.add("Where", [isMissing, graph.number(missing), found]);
}

/** The number whose text a level is; NaN where no row can have it. */
function numberOfLevel(level: string, kind: "number" | "boolean" | "time"): number {
  if (kind === "boolean") return level === "true" ? 1 : level === "false" ? 0 : Number.NaN;
  const number = Number(level);
  return String(number) === level ? number : Number.NaN;
}
