import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonCell } from "../frame/cell.js";
import { CategoryColumnBuilder, NumericColumnBuilder } from "../frame/column-builder.js";
import type { Frame } from "../frame/frame.js";
import { frameOf } from "../frame/frame-builder.js";
import { checkExpression } from "./check.js";
import { evaluateExpression } from "./evaluate.js";
import { prepareRowExpression } from "./evaluate-row.js";
import type { Expression } from "./expression.js";

type Value = number | boolean | string | null;
type Row = { readonly n: number | null; readonly m: number | null; readonly t: number | null; readonly c: string | null };

const kinds = new Map([
  ["n", "number"],
  ["m", "number"],
  ["t", "time"],
  ["c", "category"],
] as const);

/** The naive twin: one row at a time, on plain values, written from the documentation of each operation. */
function evaluateRow(expression: Expression, row: Row): Value {
  const numeric = (part: Expression) => evaluateRow(part, row) as number | null;
  const logic = (part: Expression) => evaluateRow(part, row) as boolean | null;
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const unary = (part: Expression, operation: (value: number) => number | null) => {
    const value = numeric(part);
    return value === null ? null : operation(value);
  };
  const binary = <Result>(left: Expression, right: Expression, operation: (left: number, right: number) => Result) => {
    const [a, b] = [numeric(left), numeric(right)];
    return a === null || b === null ? null : operation(a, b);
  };
  switch (expression.op) {
    case "column":
      return row[expression.name as keyof Row];
    case "number":
      return expression.value;
    case "add":
      return binary(expression.left, expression.right, (a, b) => finite(a + b));
    case "sub":
      return binary(expression.left, expression.right, (a, b) => finite(a - b));
    case "mul":
      return binary(expression.left, expression.right, (a, b) => finite(a * b));
    case "div":
      return binary(expression.left, expression.right, (a, b) => finite(a / b));
    case "min":
      return binary(expression.left, expression.right, Math.min);
    case "max":
      return binary(expression.left, expression.right, Math.max);
    case "log1p":
      return unary(expression.of, (value) => (value > -1 ? Math.log1p(value) : null));
    case "abs":
      return unary(expression.of, Math.abs);
    case "sqrt":
      return unary(expression.of, (value) => (value < 0 ? null : Math.sqrt(value)));
    case "floor":
      return unary(expression.of, Math.floor);
    case "lt":
      return binary(expression.left, expression.right, (a, b) => a < b);
    case "lte":
      return binary(expression.left, expression.right, (a, b) => a <= b);
    case "gt":
      return binary(expression.left, expression.right, (a, b) => a > b);
    case "gte":
      return binary(expression.left, expression.right, (a, b) => a >= b);
    case "and": {
      const sides = [logic(expression.left), logic(expression.right)];
      return sides.includes(false) ? false : sides.includes(null) ? null : true;
    }
    case "or": {
      const sides = [logic(expression.left), logic(expression.right)];
      return sides.includes(true) ? true : sides.includes(null) ? null : false;
    }
    case "not": {
      const value = logic(expression.of);
      return value === null ? null : !value;
    }
    case "orElse":
      return numeric(expression.of) ?? expression.value;
    case "isMissing":
      return evaluateRow(expression.of, row) === null;
    case "isIn": {
      const level = evaluateRow(expression.of, row);
      return level === null ? null : expression.levels.includes(level as string);
    }
    case "bucket":
      return unary(expression.of, (value) => expression.labels[expression.edges.filter((edge) => edge <= value).length] as never);
    case "hour":
      return unary(expression.of, (time) => new Date(time).getUTCHours());
    case "weekday":
      return unary(expression.of, (time) => (new Date(time).getUTCDay() + 6) % 7);
    case "month":
      return unary(expression.of, (time) => new Date(time).getUTCMonth() + 1);
    case "year":
      return unary(expression.of, (time) => new Date(time).getUTCFullYear());
    case "daysSince":
      return binary(expression.later, expression.earlier, (later, earlier) => (later - earlier) / 86_400_000);
  }
}

const constant = fc.oneof(fc.constantFrom(0, 1, -1, 0.5, 1e308, -1e308), fc.double({ noNaN: true, noDefaultInfinity: true }));
const level = fc.constantFrom("", "a", "b", "c", "__proto__");

const { number, boolean, category } = fc.letrec<{
  number: Expression;
  boolean: Expression;
  category: Expression;
  time: Expression;
}>((tie) => {
  const pair = { left: tie("number"), right: tie("number") };
  return {
    time: fc.constant<Expression>({ op: "column", name: "t" }),
    number: fc.oneof(
      { maxDepth: 4, depthIdentifier: "expression" },
      fc.record({ op: fc.constant("column" as const), name: fc.constantFrom("n", "m") }),
      fc.record({ op: fc.constant("number" as const), value: constant }),
      fc.record({ op: fc.constantFrom("add", "sub", "mul", "div", "min", "max"), ...pair }),
      fc.record({ op: fc.constantFrom("log1p", "abs", "sqrt", "floor"), of: tie("number") }),
      fc.record({ op: fc.constantFrom("hour", "weekday", "month", "year"), of: tie("time") }),
      fc.record({ op: fc.constant("daysSince"), later: tie("time"), earlier: tie("time") }),
      fc.record({ op: fc.constant("orElse"), of: tie("number"), value: constant }),
    ) as fc.Arbitrary<Expression>,
    category: fc.oneof(
      { maxDepth: 3, depthIdentifier: "expression" },
      fc.constant({ op: "column", name: "c" }),
      fc.record({
        op: fc.constant("bucket"),
        of: tie("number"),
        edges: fc.constant([-1, 0, 2.5]),
        labels: fc.constant(["a", "b", "c", "d"]),
      }),
    ) as fc.Arbitrary<Expression>,
    boolean: fc.oneof(
      { maxDepth: 4, depthIdentifier: "expression" },
      fc.record({ op: fc.constantFrom("lt", "lte", "gt", "gte"), ...pair }),
      fc.record({ op: fc.constant("isIn"), of: tie("category"), levels: fc.array(level, { maxLength: 3 }) }),
      fc.record({ op: fc.constant("isMissing"), of: fc.oneof(tie("number"), tie("category"), tie("boolean")) }),
      fc.record({ op: fc.constantFrom("and", "or"), left: tie("boolean"), right: tie("boolean") }),
      fc.record({ op: fc.constant("not"), of: tie("boolean") }),
    ) as fc.Arbitrary<Expression>,
  };
});
const row: fc.Arbitrary<Row> = fc.record({
  n: fc.option(constant),
  m: fc.option(constant),
  t: fc.option(fc.integer({ min: -6e13, max: 2e14 })),
  c: fc.option(level),
});

function frameOfRows(rows: readonly Row[]): Frame {
  const n = new NumericColumnBuilder("number");
  const m = new NumericColumnBuilder("number");
  const t = new NumericColumnBuilder("time");
  const c = new CategoryColumnBuilder();
  for (const cells of rows) {
    n.push(cells.n ?? Number.NaN);
    m.push(cells.m ?? Number.NaN);
    t.push(cells.t ?? Number.NaN);
    cells.c === null ? c.pushMissing() : c.push(cells.c);
  }
  return frameOf([
    ["n", n.build()],
    ["m", m.build()],
    ["t", t.build()],
    ["c", c.build()],
  ]);
}

describe("evaluateExpression", () => {
  it("agrees with the row-at-a-time twin on any expression and rows, and never gives an infinite number", () => {
    fc.assert(
      fc.property(fc.oneof(number, boolean, category), fc.array(row, { maxLength: 12 }), (expression, rows) => {
        const kind = checkExpression(expression, kinds);
        const column = evaluateExpression(expression, frameOfRows(rows));
        expect(column.kind).toBe(kind);
        // A -0 and a 0 are the same value to whoever reads it.
        const plain = (value: Value) => (value === 0 ? 0 : value);
        const values = rows.map((_, position) => plain(readJsonCell(column, position)));
        expect(values).toEqual(rows.map((cells) => plain(evaluateRow(expression, cells))));
        if (column.kind !== "category")
          expect(column.values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)).toBe(false);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe("prepareRowExpression", () => {
  it("gives one row what evaluateExpression gives a column, to the bit", () => {
    const positions = new Map([...kinds.keys()].map((name, position) => [name, position]));
    fc.assert(
      fc.property(fc.oneof(number, boolean, category), fc.array(row, { maxLength: 6 }), (expression, rows) => {
        const column = evaluateExpression(expression, frameOfRows(rows));
        const evaluate = prepareRowExpression(expression, positions);
        const cells = rows.map(({ n, m, t, c }) => evaluate([n ?? Number.NaN, m ?? Number.NaN, t ?? Number.NaN, c]));
        if (column.kind !== "category") expect(cells).toEqual([...column.values]);
        else expect(cells).toEqual(Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code])));
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});
