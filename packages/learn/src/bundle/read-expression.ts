import type { Expression } from "../expression/expression.js";
import type { HeaderReader } from "./header-reader.js";

/** As deep as `checkExpression` allows; here against a file that would exhaust the stack before that check. */
const DEEPEST = 200;

const OPERATIONS = [
  ...(["column", "number", "add", "sub", "mul", "div", "min", "max", "log1p", "abs", "sqrt", "floor"] as const),
  ...(["lt", "lte", "gt", "gte", "and", "or", "not", "orElse", "isMissing", "isIn", "bucket"] as const),
  ...(["hour", "weekday", "month", "year", "daysSince"] as const),
] as const satisfies readonly Expression["op"][];

/** Reads the shape of an expression; whether its operations fit its columns is `checkExpression`'s to say. */
export function readExpression(reader: HeaderReader, depth = 0): Expression {
  if (depth > DEEPEST) throw reader.fail(`is more than ${DEEPEST} operations deep`);
  const part = (name: string) => readExpression(reader.field(name), depth + 1);
  const op = reader.field("op").oneOf(OPERATIONS);
  switch (op) {
    case "column":
      return { op, name: reader.field("name").text() };
    case "number":
      return { op, value: reader.field("value").number() };
    case "orElse":
      return { op, of: part("of"), value: reader.field("value").number() };
    case "isIn":
      return { op, of: part("of"), levels: reader.field("levels").texts() };
    case "bucket":
      return { op, of: part("of"), edges: reader.field("edges").numbers(), labels: reader.field("labels").texts() };
    case "daysSince":
      return { op, later: part("later"), earlier: part("earlier") };
    case "log1p":
    case "abs":
    case "sqrt":
    case "floor":
    case "not":
    case "isMissing":
    case "hour":
    case "weekday":
    case "month":
    case "year":
      return { op, of: part("of") };
    default:
      return { op, left: part("left"), right: part("right") };
  }
}
