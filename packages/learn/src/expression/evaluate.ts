import { log1p } from "../arithmetic/logarithm.js";
import type { CategoryColumn, Frame, FrameColumn } from "../frame/frame.js";
import { columnOf } from "../frame/select.js";
import type { BinaryNumberOperation, ComparisonOperation, Expression, UnaryNumberOperation } from "./expression.js";
import { MILLISECONDS_PER_DAY, timePart } from "./time-parts.js";

/**
 * The expression's value for every row of the frame: a new column, or the frame's own where the expression only names it.
 * The one evaluator of training, serving and browser. The expression must have passed `checkExpression`.
 *
 * Missing propagates; a non-finite result is missing; `and` and `or` follow Kleene's logic (`false and missing` is false,
 * `true or missing` is true, otherwise missing stays missing). Cost: O(rows · operations). Deterministic.
 *
 * @throws LEARN_FRAME_COLUMN_MISSING
 */
export function evaluateExpression(expression: Expression, frame: Frame): FrameColumn {
  switch (expression.op) {
    case "column":
      return columnOf(frame, expression.name);
    case "number":
      return { kind: "number", values: new Float64Array(frame.rowCount).fill(expression.value) };
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "min":
    case "max":
      return { kind: "number", values: computeBinary(expression.op, expression.left, expression.right, frame) };
    case "log1p":
    case "abs":
    case "sqrt":
    case "floor":
      return { kind: "number", values: mapValues(expression.of, frame, UNARY[expression.op]) };
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return { kind: "boolean", values: compare(expression.op, expression.left, expression.right, frame) };
    case "and":
      return { kind: "boolean", values: pairValues(expression.left, expression.right, frame, kleeneAnd) };
    case "or":
      return { kind: "boolean", values: pairValues(expression.left, expression.right, frame, kleeneOr) };
    case "not":
      return { kind: "boolean", values: mapValues(expression.of, frame, (value) => 1 - value) };
    case "orElse": {
      const { value: replacement } = expression;
      return { kind: "number", values: mapValues(expression.of, frame, (value) => (Number.isNaN(value) ? replacement : value)) };
    }
    case "isMissing":
      return { kind: "boolean", values: missingFlags(evaluateExpression(expression.of, frame)) };
    case "isIn":
      return { kind: "boolean", values: membership(categoryOf(expression.of, frame), expression.levels) };
    case "bucket":
      return bucket(valuesOf(expression.of, frame), expression.edges, expression.labels);
    case "hour":
    case "weekday":
    case "month":
    case "year": {
      const { op } = expression;
      return { kind: "number", values: mapValues(expression.of, frame, (time) => timePart(op, time)) };
    }
    case "daysSince": {
      const days = (later: number, earlier: number) => finiteOrMissing((later - earlier) / MILLISECONDS_PER_DAY);
      return { kind: "number", values: pairValues(expression.later, expression.earlier, frame, days) };
    }
  }
}

export function finiteOrMissing(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Math.min and Math.max give NaN when one side is, so missing propagates by itself. */
export const BINARY: Record<BinaryNumberOperation, (left: number, right: number) => number> = {
  add: (left, right) => finiteOrMissing(left + right),
  sub: (left, right) => finiteOrMissing(left - right),
  mul: (left, right) => finiteOrMissing(left * right),
  div: (left, right) => finiteOrMissing(left / right),
  min: Math.min,
  max: Math.max,
};

export const UNARY: Record<UnaryNumberOperation, (value: number) => number> = {
  log1p: (value) => finiteOrMissing(log1p(value)),
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
};

export const COMPARISON: Record<ComparisonOperation, (left: number, right: number) => boolean> = {
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
};

export function kleeneAnd(left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : left * right;
}

export function kleeneOr(left: number, right: number): number {
  return left === 1 || right === 1 ? 1 : left + right;
}

function valuesOf(expression: Expression, frame: Frame): Float64Array {
  const column = evaluateExpression(expression, frame);
  if (column.kind === "category") throw new TypeError(`${expression.op} gives a category where a number was checked for`);
  return column.values;
}

function categoryOf(expression: Expression, frame: Frame): CategoryColumn {
  const column = evaluateExpression(expression, frame);
  if (column.kind !== "category") throw new TypeError(`${expression.op} gives a ${column.kind} where a category was checked for`);
  return column;
}

function mapValues(of: Expression, frame: Frame, operation: (value: number) => number): Float64Array {
  return valuesOf(of, frame).map(operation);
}

function pairValues(
  left: Expression,
  right: Expression,
  frame: Frame,
  operation: (left: number, right: number) => number,
): Float64Array {
  const rightValues = valuesOf(right, frame);
  return valuesOf(left, frame).map((value, row) => operation(value, rightValues[row]));
}

function computeBinary(op: BinaryNumberOperation, left: Expression, right: Expression, frame: Frame): Float64Array {
  if (op === "min" || op === "max") return pairValues(left, right, frame, BINARY[op]);
  return LOOPS[op](valuesOf(left, frame), valuesOf(right, frame));
}

/** As `BINARY`, each with a loop of its own: one loop that calls them all takes three times as long. */
const LOOPS: Record<"add" | "sub" | "mul" | "div", (left: Float64Array, right: Float64Array) => Float64Array> = {
  add: (left, right) => {
    const values = new Float64Array(left.length);
    for (let row = 0; row < values.length; row++) values[row] = finiteOrMissing(left[row] + right[row]);
    return values;
  },
  sub: (left, right) => {
    const values = new Float64Array(left.length);
    for (let row = 0; row < values.length; row++) values[row] = finiteOrMissing(left[row] - right[row]);
    return values;
  },
  mul: (left, right) => {
    const values = new Float64Array(left.length);
    for (let row = 0; row < values.length; row++) values[row] = finiteOrMissing(left[row] * right[row]);
    return values;
  },
  div: (left, right) => {
    const values = new Float64Array(left.length);
    for (let row = 0; row < values.length; row++) values[row] = finiteOrMissing(left[row] / right[row]);
    return values;
  },
};

function compare(op: ComparisonOperation, left: Expression, right: Expression, frame: Frame): Float64Array {
  const holds = COMPARISON[op];
  // A comparison with NaN is false in IEEE arithmetic; here it is missing.
  return pairValues(left, right, frame, (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Number(holds(a, b))));
}

function missingFlags(column: FrameColumn): Float64Array {
  if (column.kind === "category") return Float64Array.from(column.codes, (code) => (code < 0 ? 1 : 0));
  return column.values.map((value) => (Number.isNaN(value) ? 1 : 0));
}

function membership(column: CategoryColumn, levels: readonly string[]): Float64Array {
  const wanted = new Set(levels);
  const isWanted = Float64Array.from(column.levels, (level) => (wanted.has(level) ? 1 : 0));
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : isWanted[code]));
}

function bucket(values: Float64Array, edges: readonly number[], labels: readonly string[]): CategoryColumn {
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : countAtMost(edges, value)));
  return { kind: "category", codes, levels: labels };
}

/** Number of ascending edges that are ≤ the value, by halving. */
export function countAtMost(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
