/**
 * What `derive` returns: a computation on the columns of one row, as data that a model can carry.
 *
 * Missing propagates through every operation except `orElse`, `isMissing`, and `and`/`or` where the other side decides
 * alone (Kleene: `false and missing` is false, `true or missing` is true). A division by zero and any result that is not
 * finite is missing. Numbers compare and compute as IEEE doubles.
 */
export type Expression =
  | { readonly op: "column"; readonly name: string }
  | { readonly op: "number"; readonly value: number }
  | { readonly op: BinaryNumberOperation; readonly left: Expression; readonly right: Expression }
  | { readonly op: UnaryNumberOperation; readonly of: Expression }
  | { readonly op: ComparisonOperation; readonly left: Expression; readonly right: Expression }
  | { readonly op: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly op: "not"; readonly of: Expression }
  /** Missing becomes `value`. */
  | { readonly op: "orElse"; readonly of: Expression; readonly value: number }
  /** 1 where missing, else 0; never missing itself. */
  | { readonly op: "isMissing"; readonly of: Expression }
  /** A category's level is one of `levels`. */
  | { readonly op: "isIn"; readonly of: Expression; readonly levels: readonly string[] }
  /** `labels[k]` where k is the number of `edges` that are ≤ the value; edges ascend, one fewer than labels. */
  | { readonly op: "bucket"; readonly of: Expression; readonly edges: readonly number[]; readonly labels: readonly string[] }
  /** Parts of a time, in UTC. hour 0–23, weekday 0 = Monday – 6, month 1–12, year; each a number. */
  | { readonly op: TimePartOperation; readonly of: Expression }
  /** Days (fractional) from `earlier` to `later`. */
  | { readonly op: "daysSince"; readonly later: Expression; readonly earlier: Expression };

export type BinaryNumberOperation = "add" | "sub" | "mul" | "div" | "min" | "max";
/** `log1p` of a value ≤ -1 and `sqrt` of one < 0 are missing. */
export type UnaryNumberOperation = "log1p" | "abs" | "sqrt" | "floor";
export type ComparisonOperation = "lt" | "lte" | "gt" | "gte";
export type TimePartOperation = "hour" | "weekday" | "month" | "year";
