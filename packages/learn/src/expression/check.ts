import { errors } from "../errors.js";
import type { ColumnKind } from "../frame/column-builder.js";
import { nearestName } from "../schema/nearest-name.js";
import type { Expression } from "./expression.js";

/** Deeper than any expression a person writes; a damaged model file must not exhaust the stack. */
const DEEPEST = 200;

/** What `checkExpression` looks names up in. */
export type ColumnKinds = ReadonlyMap<string, ColumnKind>;

/**
 * Kind of value that the expression gives.
 *
 * @param kinds  the columns it may read
 * @param place  what to call the expression in an error, e.g. `derived.sizePerBed`; the part at fault is added: `.left`
 * @throws LEARN_EXPRESSION_COLUMN_UNKNOWN, LEARN_EXPRESSION_KIND, LEARN_EXPRESSION_INVALID
 */
export function checkExpression(expression: Expression, kinds: ColumnKinds, place = "expression"): ColumnKind {
  return check(expression, kinds, place, 0);
}

function check(expression: Expression, kinds: ColumnKinds, place: string, depth: number): ColumnKind {
  if (depth > DEEPEST)
    throw errors.EXPRESSION_INVALID({ place: place.slice(0, 200), problem: `is more than ${DEEPEST} operations deep` });
  const kindOf = (part: Expression, name: string) => check(part, kinds, `${place}.${name}`, depth + 1);
  const expect = (part: Expression, name: string, expected: ColumnKind) => {
    const got = kindOf(part, name);
    if (got !== expected) throw errors.EXPRESSION_KIND({ place: `${place}.${name} (of ${expression.op})`, expected, got });
  };
  switch (expression.op) {
    case "column":
      return checkColumn(expression.name, kinds, place);
    case "number":
      return checkConstant(expression.value, place);
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "min":
    case "max":
      expect(expression.left, "left", "number");
      expect(expression.right, "right", "number");
      return "number";
    case "log1p":
    case "abs":
    case "sqrt":
    case "floor":
      expect(expression.of, "of", "number");
      return "number";
    case "lt":
    case "lte":
    case "gt":
    case "gte": {
      // Times compare too: what is before what.
      const kind = kindOf(expression.left, "left") === "time" ? "time" : "number";
      expect(expression.left, "left", kind);
      expect(expression.right, "right", kind);
      return "boolean";
    }
    case "and":
    case "or":
      expect(expression.left, "left", "boolean");
      expect(expression.right, "right", "boolean");
      return "boolean";
    case "not":
      expect(expression.of, "of", "boolean");
      return "boolean";
    case "orElse":
      expect(expression.of, "of", "number");
      return checkConstant(expression.value, place);
    case "isMissing":
      kindOf(expression.of, "of");
      return "boolean";
    case "isIn":
      expect(expression.of, "of", "category");
      return "boolean";
    case "bucket":
      expect(expression.of, "of", "number");
      return checkBuckets(expression, place);
    case "hour":
    case "weekday":
    case "month":
    case "year":
      expect(expression.of, "of", "time");
      return "number";
    case "daysSince":
      expect(expression.later, "later", "time");
      expect(expression.earlier, "earlier", "time");
      return "number";
    default:
      throw errors.EXPRESSION_INVALID({
        place,
        problem: `has the unknown operation ${JSON.stringify((expression as { op: unknown }).op)}`,
      });
  }
}

function checkColumn(name: string, kinds: ColumnKinds, place: string): ColumnKind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  throw errors.EXPRESSION_COLUMN_UNKNOWN({ place, column: name, suggestion: nearestName(name, kinds.keys()) });
}

function checkConstant(value: number, place: string): "number" {
  if (!Number.isFinite(value))
    throw errors.EXPRESSION_INVALID({ place, problem: `uses ${value}; a constant is a finite number` });
  return "number";
}

function checkBuckets(bucket: { edges: readonly number[]; labels: readonly string[] }, place: string): "category" {
  const { edges, labels } = bucket;
  const invalid = (problem: string) => errors.EXPRESSION_INVALID({ place, problem });
  if (labels.length !== edges.length + 1) {
    throw invalid(`has ${edges.length} bucket edges and ${labels.length} labels; there is one label more than edges`);
  }
  for (let edge = 0; edge < edges.length; edge++) {
    if (!Number.isFinite(edges[edge])) throw invalid(`has the bucket edge ${edges[edge]}; an edge is a finite number`);
    if (edge > 0 && edges[edge] <= edges[edge - 1]) {
      throw invalid(`has bucket edges that do not ascend: ${edges[edge - 1]}, ${edges[edge]}`);
    }
  }
  if (new Set(labels).size !== labels.length) throw invalid("uses a bucket label twice");
  return "category";
}

/** Names of the columns that the expression reads, each once, in the order of first use. */
export function expressionColumns(expression: Expression): string[] {
  const names = new Set<string>();
  const visit = (part: Expression): void => {
    if (part.op === "column") names.add(part.name);
    if ("left" in part) {
      visit(part.left);
      visit(part.right);
    } else if ("of" in part) {
      visit(part.of);
    } else if ("later" in part) {
      visit(part.later);
      visit(part.earlier);
    }
  };
  visit(expression);
  return [...names];
}
