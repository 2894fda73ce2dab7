import type { ComparisonOperation, Expression, TimePartOperation } from "../../expression/expression.js";
import { type GraphColumn, lookUpLevel } from "./columns.js";
import { ELEMENT, type GraphWriter, type ValueName } from "./graph.js";

const MILLISECONDS_PER_HOUR = 3_600_000;
export const MILLISECONDS_PER_DAY = 86_400_000;

const COMPARISON: Readonly<Record<ComparisonOperation, string>> = {
  lt: "Less",
  lte: "LessOrEqual",
  gt: "Greater",
  gte: "GreaterOrEqual",
};
const ARITHMETIC = { add: "Add", sub: "Sub", mul: "Mul", div: "Div" } as const;

/** Adds expressions to a graph, each with the meaning that `evaluateExpression` gives it. */
export class ExpressionNodes {
  constructor(
    private readonly graph: GraphWriter,
    private readonly columns: ReadonlyMap<string, GraphColumn>,
  ) {}

  /** The expression's column; it must have passed `checkExpression`. */
  column(expression: Expression): GraphColumn {
    switch (expression.op) {
      case "column": {
        const column = this.columns.get(expression.name);
        if (column === undefined) throw new TypeError(`there is no column ${expression.name}, which checkExpression rules out`);
        return column;
      }
      case "bucket":
        return this.bucket(this.value(expression.of), expression.edges, expression.labels);
      case "lt":
      case "lte":
      case "gt":
      case "gte":
      case "and":
      case "or":
      case "not":
      case "isMissing":
      case "isIn":
        return { kind: "boolean", value: this.flags(expression) };
      default:
        return { kind: "number", value: this.numbers(expression) };
    }
  }

  private value(expression: Expression): ValueName {
    return this.column(expression).value;
  }

  private numbers(expression: Expression): ValueName {
    const { graph } = this;
    switch (expression.op) {
      case "number":
        return graph.number(expression.value);
      case "add":
      case "sub":
      case "mul":
      case "div":
        return this.finite(graph.add(ARITHMETIC[expression.op], [this.value(expression.left), this.value(expression.right)]));
      case "min":
      case "max":
        return this.extreme(expression.op, this.value(expression.left), this.value(expression.right));
      case "log1p":
        return this.finite(log1pNodes(graph, this.value(expression.of)));
      case "abs":
        return graph.add("Abs", [this.value(expression.of)]);
      case "sqrt":
        return graph.add("Sqrt", [this.value(expression.of)]);
      case "floor":
        return graph.add("Floor", [this.value(expression.of)]);
      case "orElse": {
        const value = this.value(expression.of);
        return graph.add("Where", [graph.add("IsNaN", [value]), graph.number(expression.value), value]);
      }
      case "daysSince": {
        const distance = graph.add("Sub", [this.value(expression.later), this.value(expression.earlier)]);
        return this.finite(graph.add("Div", [distance, graph.number(MILLISECONDS_PER_DAY)]));
      }
      case "hour":
      case "weekday":
      case "month":
      case "year":
        return this.timePart(expression.op, this.value(expression.of));
      default:
        throw new TypeError(`${expression.op} gives no number`);
    }
  }

  private flags(expression: Expression): ValueName {
    const { graph } = this;
    switch (expression.op) {
      case "lt":
      case "lte":
      case "gt":
      case "gte": {
        const [left, right] = [this.value(expression.left), this.value(expression.right)];
        return this.unlessMissing(left, right, this.asNumber(graph.add(COMPARISON[expression.op], [left, right])));
      }
      case "and":
      case "or": {
        const [left, right] = [this.value(expression.left), this.value(expression.right)];
        const deciding = graph.number(expression.op === "and" ? 0 : 1);
        const isDecided = graph.add("Or", [graph.add("Equal", [left, deciding]), graph.add("Equal", [right, deciding])]);
        const both = graph.add(expression.op === "and" ? "Mul" : "Add", [left, right]);
        return graph.add("Where", [isDecided, deciding, both]);
      }
      case "not":
        return graph.add("Sub", [graph.number(1), this.value(expression.of)]);
      case "isMissing": {
        const column = this.column(expression.of);
        if (column.kind === "text" || column.kind === "codes")
          return lookUpLevel(graph, column, { levels: [], values: [], unseen: 0, missing: 1 });
        return this.asNumber(graph.add("IsNaN", [column.value]));
      }
      case "isIn": {
        const { levels } = expression;
        const table = { levels, values: levels.map(() => 1), unseen: 0, missing: Number.NaN };
        return lookUpLevel(graph, this.column(expression.of), table);
      }
      default:
        throw new TypeError(`${expression.op} gives no boolean`);
    }
  }

  /** Code = number of edges that are at most the value; behind the labels where it is missing. */
  private bucket(value: ValueName, edges: readonly number[], labels: readonly string[]): GraphColumn {
    const { graph } = this;
    const isMissing = graph.add("IsNaN", [value]);
    const missing = graph.constant({ type: "int64", shape: [1, 1], values: [labels.length] });
    const code = this.countAtMost(value, edges);
    return { kind: "codes", value: graph.add("Where", [isMissing, missing, code]), levels: labels };
  }

  private countAtMost(value: ValueName, edges: readonly number[]): ValueName {
    const { graph } = this;
    if (edges.length === 0) return graph.constant({ type: "int64", shape: [1, 1], values: [0] });
    const all = graph.constant({ type: "double", shape: [1, edges.length], values: edges });
    const passed = graph.add("Cast", [graph.add("LessOrEqual", [all, value])], { to: ELEMENT.int64 });
    return graph.add("ReduceSum", [passed, graph.constant({ type: "int64", shape: [1], values: [1] })], { keepdims: 1 });
  }

  private extreme(op: "min" | "max", left: ValueName, right: ValueName): ValueName {
    const isLeft = this.graph.add(op === "min" ? "Less" : "Greater", [left, right]);
    return this.unlessMissing(left, right, this.graph.add("Where", [isLeft, left, right]));
  }

  private unlessMissing(left: ValueName, right: ValueName, value: ValueName): ValueName {
    const { graph } = this;
    const isMissing = graph.add("Or", [graph.add("IsNaN", [left]), graph.add("IsNaN", [right])]);
    return graph.add("Where", [isMissing, graph.number(Number.NaN), value]);
  }

  private finite(value: ValueName): ValueName {
    return this.graph.add("Where", [this.graph.add("IsInf", [value]), this.graph.number(Number.NaN), value]);
  }

  private asNumber(flags: ValueName): ValueName {
    return this.graph.add("Cast", [flags], { to: ELEMENT.double });
  }

  /** As `timePart`, step by step. */
  private timePart(part: TimePartOperation, time: ValueName): ValueName {
    const { graph } = this;
    const number = (value: number) => graph.number(value);
    const floorDiv = (value: ValueName, by: number) => graph.add("Floor", [graph.add("Div", [value, number(by)])]);
    const plus = (value: ValueName, by: number) => graph.add("Add", [value, number(by)]);
    const times = (value: ValueName, by: number) => graph.add("Mul", [value, number(by)]);
    const minus = (value: ValueName, by: ValueName) => graph.add("Sub", [value, by]);
    const day = floorDiv(time, MILLISECONDS_PER_DAY);
    if (part === "hour") return floorDiv(minus(time, times(day, MILLISECONDS_PER_DAY)), MILLISECONDS_PER_HOUR);
    if (part === "weekday") {
      const shifted = plus(day, 3);
      return minus(shifted, times(floorDiv(shifted, 7), 7));
    }
    const shifted = plus(day, 719_468);
    const era = floorDiv(shifted, 146_097);
    const dayOfEra = minus(shifted, times(era, 146_097));
    const leapDays = minus(
      graph.add("Add", [minus(dayOfEra, floorDiv(dayOfEra, 1_460)), floorDiv(dayOfEra, 36_524)]),
      floorDiv(dayOfEra, 146_096),
    );
    const yearOfEra = floorDiv(leapDays, 365);
    const daysBefore = minus(graph.add("Add", [times(yearOfEra, 365), floorDiv(yearOfEra, 4)]), floorDiv(yearOfEra, 100));
    const dayOfYear = minus(dayOfEra, daysBefore);
    const monthFromMarch = floorDiv(plus(times(dayOfYear, 5), 2), 153);
    const isSpring = graph.add("Less", [monthFromMarch, number(10)]);
    if (part === "month") return graph.add("Where", [isSpring, plus(monthFromMarch, 3), plus(monthFromMarch, -9)]);
    const year = graph.add("Add", [yearOfEra, times(era, 400)]);
    return graph.add("Where", [isSpring, year, plus(year, 1)]);
  }
}

/**
 * log(1 + x), right to some units in the last place for small x too: with u = 1 + x rounded, x · log(u) / (u − 1).
 *
 * @see Goldberg 1991, What Every Computer Scientist Should Know About Floating-Point Arithmetic, theorem 4
 */
export function log1pNodes(graph: GraphWriter, value: ValueName): ValueName {
  const one = graph.number(1);
  const rounded = graph.add("Add", [one, value]);
  const isTiny = graph.add("Equal", [rounded, one]);
  const ratio = graph.add("Div", [graph.add("Log", [rounded]), graph.add("Sub", [rounded, one])]);
  return graph.add("Where", [isTiny, value, graph.add("Mul", [value, ratio])]);
}

/** exp(x) − 1, right to some units in the last place near zero too: with u = exp(x) rounded, (u − 1) · x / log(u). */
export function expm1Nodes(graph: GraphWriter, value: ValueName): ValueName {
  const one = graph.number(1);
  const power = graph.add("Exp", [value]);
  const less = graph.add("Sub", [power, one]);
  const corrected = graph.add("Div", [graph.add("Mul", [less, value]), graph.add("Log", [power])]);
  const isSmall = graph.add("Less", [graph.add("Abs", [value]), one]);
  const small = graph.add("Where", [graph.add("Equal", [power, one]), value, corrected]);
  return graph.add("Where", [isSmall, small, less]);
}
