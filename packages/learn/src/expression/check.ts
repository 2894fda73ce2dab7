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

interface Signature {
  /** Kind of every operand; any where null. */
  readonly takes: ColumnKind | null;
  readonly gives: ColumnKind;
}

const numberOfNumbers: Signature = { takes: "number", gives: "number" };
const booleanOfBooleans: Signature = { takes: "boolean", gives: "boolean" };
const numberOfTimes: Signature = { takes: "time", gives: "number" };
/** Of numbers or of times; which, the left operand says. */
const comparison: Signature = { takes: null, gives: "boolean" };

const SIGNATURES: Readonly<Record<Exclude<Expression["op"], "column" | "number">, Signature>> = {
  add: numberOfNumbers,
  sub: numberOfNumbers,
  mul: numberOfNumbers,
  div: numberOfNumbers,
  min: numberOfNumbers,
  max: numberOfNumbers,
  log1p: numberOfNumbers,
  abs: numberOfNumbers,
  sqrt: numberOfNumbers,
  floor: numberOfNumbers,
  orElse: numberOfNumbers,
  lt: comparison,
  lte: comparison,
  gt: comparison,
  gte: comparison,
  and: booleanOfBooleans,
  or: booleanOfBooleans,
  not: booleanOfBooleans,
  isMissing: { takes: null, gives: "boolean" },
  isIn: { takes: "category", gives: "boolean" },
  bucket: { takes: "number", gives: "category" },
  hour: numberOfTimes,
  weekday: numberOfTimes,
  month: numberOfTimes,
  year: numberOfTimes,
  daysSince: numberOfTimes,
};

function check(expression: Expression, kinds: ColumnKinds, place: string, depth: number): ColumnKind {
  if (depth > DEEPEST) {
    throw errors.EXPRESSION_INVALID({ place: place.slice(0, 200), problem: `is more than ${DEEPEST} operations deep` });
  }
  const { op } = expression;
  if (op === "column") return checkColumn(expression.name, kinds, place);
  if (op === "number") return checkConstant(expression.value, place);
  if (!Object.hasOwn(SIGNATURES, op)) {
    throw errors.EXPRESSION_INVALID({ place, problem: `has the unknown operation ${JSON.stringify(op)}` });
  }
  const { takes, gives } = SIGNATURES[op];
  let expected = takes;
  for (const [name, operand] of operandsOf(expression)) {
    const got = check(operand, kinds, `${place}.${name}`, depth + 1);
    // The left operand decides what a comparison compares.
    if (SIGNATURES[op] === comparison) expected ??= got === "time" ? "time" : "number";
    if (expected !== null && got !== expected) {
      throw errors.EXPRESSION_KIND({ place: `${place}.${name} (of ${op})`, expected, got });
    }
  }
  if (op === "orElse") checkConstant(expression.value, place);
  if (op === "bucket") checkBuckets(expression, place);
  return gives;
}

/** The expressions that an operation works on, by the name of the field. */
function operandsOf(expression: Expression): readonly (readonly [string, Expression])[] {
  if ("left" in expression) {
    return [
      ["left", expression.left],
      ["right", expression.right],
    ];
  }
  if ("later" in expression) {
    return [
      ["later", expression.later],
      ["earlier", expression.earlier],
    ];
  }
  return "of" in expression ? [["of", expression.of]] : [];
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

function checkBuckets(bucket: { edges: readonly number[]; labels: readonly string[] }, place: string): void {
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
}

/** Names of the columns that the expression reads, each once, in the order of first use. */
export function expressionColumns(expression: Expression): string[] {
  const names = new Set<string>();
  const visit = (part: Expression): void => {
    if (part.op === "column") names.add(part.name);
    for (const [, operand] of operandsOf(part)) visit(operand);
  };
  visit(expression);
  return [...names];
}
