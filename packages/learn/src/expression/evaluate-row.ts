import { BINARY, COMPARISON, countAtMost, finiteOrMissing, kleeneAnd, kleeneOr, UNARY } from "./evaluate.js";
import type { ComparisonOperation, Expression } from "./expression.js";
import { MILLISECONDS_PER_DAY, timePart } from "./time-parts.js";

/** A cell of one row: text or null of a category, else a number, NaN = missing (1 and 0 for true and false). */
export type RowCell = number | string | null;

/** Computes a value from the cells of a row. */
export type RowValue<Cell extends RowCell = RowCell> = (cells: readonly RowCell[]) => Cell;

/**
 * An expression as a function of one row's cells: the same values as `evaluateExpression` gives for a column, to the bit,
 * without a column. The expression must have passed `checkExpression`.
 *
 * @param positions  where the cell of each column lies
 */
export function prepareRowExpression(expression: Expression, positions: ReadonlyMap<string, number>): RowValue {
  switch (expression.op) {
    case "column":
    case "isIn":
    case "bucket":
    case "isMissing":
      return prepareCellExpression(expression, positions);
    default:
      return prepareNumber(expression, positions);
  }
}

/** Expressions that read or give a category. */
function prepareCellExpression(
  expression: Extract<Expression, { op: "column" | "isIn" | "bucket" | "isMissing" }>,
  positions: ReadonlyMap<string, number>,
): RowValue {
  if (expression.op === "column") {
    const position = positions.get(expression.name) ?? -1;
    return (cells) => cells[position];
  }
  const of = prepareRowExpression(expression.of, positions);
  switch (expression.op) {
    case "isMissing":
      return (cells) => (isMissing(of(cells)) ? 1 : 0);
    case "isIn": {
      const wanted = new Set<RowCell>(expression.levels);
      return (cells) => {
        const level = of(cells);
        return level === null ? Number.NaN : wanted.has(level) ? 1 : 0;
      };
    }
    case "bucket": {
      const { edges, labels } = expression;
      const value = numberOf(of);
      return (cells) => {
        const number = value(cells);
        return Number.isNaN(number) ? null : labels[countAtMost(edges, number)];
      };
    }
  }
}

function prepareNumber(
  expression: Exclude<Expression, { op: "column" | "isIn" | "bucket" | "isMissing" }>,
  positions: ReadonlyMap<string, number>,
): RowValue<number> {
  const numeric = (of: Expression): RowValue<number> => numberOf(prepareRowExpression(of, positions));
  switch (expression.op) {
    case "number": {
      const { value } = expression;
      return () => value;
    }
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "min":
    case "max":
      return pair(numeric(expression.left), numeric(expression.right), BINARY[expression.op]);
    case "log1p":
    case "abs":
    case "sqrt":
    case "floor": {
      const of = numeric(expression.of);
      const operation = UNARY[expression.op];
      return (cells) => operation(of(cells));
    }
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return pair(numeric(expression.left), numeric(expression.right), comparison(expression.op));
    case "and":
      return pair(numeric(expression.left), numeric(expression.right), kleeneAnd);
    case "or":
      return pair(numeric(expression.left), numeric(expression.right), kleeneOr);
    case "not": {
      const of = numeric(expression.of);
      return (cells) => 1 - of(cells);
    }
    case "orElse": {
      const of = numeric(expression.of);
      const { value: replacement } = expression;
      return (cells) => {
        const value = of(cells);
        return Number.isNaN(value) ? replacement : value;
      };
    }
    case "hour":
    case "weekday":
    case "month":
    case "year": {
      const of = numeric(expression.of);
      const { op } = expression;
      return (cells) => timePart(op, of(cells));
    }
    case "daysSince":
      return pair(numeric(expression.later), numeric(expression.earlier), (later, earlier) =>
        finiteOrMissing((later - earlier) / MILLISECONDS_PER_DAY),
      );
  }
}

function pair(
  left: RowValue<number>,
  right: RowValue<number>,
  operation: (left: number, right: number) => number,
): RowValue<number> {
  return (cells) => operation(left(cells), right(cells));
}

/** A comparison with NaN is false in IEEE arithmetic; here it is missing. */
function comparison(op: ComparisonOperation): (left: number, right: number) => number {
  const holds = COMPARISON[op];
  return (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Number(holds(a, b)));
}

function isMissing(cell: RowCell): boolean {
  return cell === null || Number.isNaN(cell);
}

/** The function of an expression that was checked to give numbers. */
function numberOf(of: RowValue): RowValue<number> {
  return of as RowValue<number>;
}
