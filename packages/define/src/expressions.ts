import type { Expression, TimePartOperation, UnaryNumberOperation } from "@atalaya/learn";
import { errors } from "./errors.js";

/** A number, or an expression that gives one. */
export type NumberLike = number | NumberExpression;

function numberData(value: NumberLike): Expression {
  return typeof value === "number" ? { op: "number", value } : value.data;
}

function isMissing(of: Expression): BooleanExpression {
  return new BooleanExpression({ op: "isMissing", of });
}

/**
 * A number computed from the columns of one row. Missing stays missing through every method but `orElse` and
 * `isMissing`; a division by zero is missing, never infinite.
 */
export class NumberExpression {
  constructor(readonly data: Expression) {}

  add(other: NumberLike): NumberExpression {
    return this.#binary("add", other);
  }
  sub(other: NumberLike): NumberExpression {
    return this.#binary("sub", other);
  }
  mul(other: NumberLike): NumberExpression {
    return this.#binary("mul", other);
  }
  div(other: NumberLike): NumberExpression {
    return this.#binary("div", other);
  }
  /** The smaller of the two. */
  min(other: NumberLike): NumberExpression {
    return this.#binary("min", other);
  }
  /** The larger of the two. */
  max(other: NumberLike): NumberExpression {
    return this.#binary("max", other);
  }
  /** log(1 + value); missing where value ≤ -1. */
  log1p(): NumberExpression {
    return this.#unary("log1p");
  }
  abs(): NumberExpression {
    return this.#unary("abs");
  }
  /** Square root; missing where the value is below 0. */
  sqrt(): NumberExpression {
    return this.#unary("sqrt");
  }
  floor(): NumberExpression {
    return this.#unary("floor");
  }
  lt(other: NumberLike): BooleanExpression {
    return this.#compare("lt", other);
  }
  lte(other: NumberLike): BooleanExpression {
    return this.#compare("lte", other);
  }
  gt(other: NumberLike): BooleanExpression {
    return this.#compare("gt", other);
  }
  gte(other: NumberLike): BooleanExpression {
    return this.#compare("gte", other);
  }
  /** `labels[k]`, k = how many of the ascending `edges` are ≤ the value; one label more than edges. */
  bucket<const Labels extends readonly string[]>(edges: readonly number[], labels: Labels): CategoryExpression<Labels[number]> {
    const ascending = edges.every((edge, index) => index === 0 || edge > edges[index - 1]!);
    if (!ascending || labels.length !== edges.length + 1) {
      throw errors.BAD_BUCKETS({ edges: edges.length, labels: labels.length });
    }
    return new CategoryExpression<Labels[number]>({ op: "bucket", of: this.data, edges, labels });
  }
  /** The value, or `value` where it is missing. */
  orElse(value: number): NumberExpression {
    return new NumberExpression({ op: "orElse", of: this.data, value });
  }
  isMissing(): BooleanExpression {
    return isMissing(this.data);
  }

  #binary(op: "add" | "sub" | "mul" | "div" | "min" | "max", other: NumberLike): NumberExpression {
    return new NumberExpression({ op, left: this.data, right: numberData(other) });
  }
  #unary(op: UnaryNumberOperation): NumberExpression {
    return new NumberExpression({ op, of: this.data });
  }
  #compare(op: "lt" | "lte" | "gt" | "gte", other: NumberLike): BooleanExpression {
    return new BooleanExpression({ op, left: this.data, right: numberData(other) });
  }
}

/** True, false or missing. */
export class BooleanExpression {
  constructor(readonly data: Expression) {}

  and(other: BooleanExpression): BooleanExpression {
    return new BooleanExpression({ op: "and", left: this.data, right: other.data });
  }
  or(other: BooleanExpression): BooleanExpression {
    return new BooleanExpression({ op: "or", left: this.data, right: other.data });
  }
  not(): BooleanExpression {
    return new BooleanExpression({ op: "not", of: this.data });
  }
}

/** One of some levels, or missing. */
export class CategoryExpression<Level extends string> {
  constructor(readonly data: Expression) {}

  is(level: NoInfer<Level>): BooleanExpression {
    return this.isIn([level]);
  }
  isIn(levels: readonly NoInfer<Level>[]): BooleanExpression {
    return new BooleanExpression({ op: "isIn", of: this.data, levels });
  }
  isMissing(): BooleanExpression {
    return isMissing(this.data);
  }
}

/** A moment in UTC, or missing. */
export class TimeExpression {
  constructor(readonly data: Expression) {}

  /** 0 to 23. */
  hour(): NumberExpression {
    return this.#part("hour");
  }
  /** 0 = Monday to 6 = Sunday. */
  weekday(): NumberExpression {
    return this.#part("weekday");
  }
  /** 1 to 12. */
  month(): NumberExpression {
    return this.#part("month");
  }
  year(): NumberExpression {
    return this.#part("year");
  }
  /** Days, with fraction, since an earlier moment of the same row. */
  daysSince(earlier: TimeExpression): NumberExpression {
    return new NumberExpression({ op: "daysSince", later: this.data, earlier: earlier.data });
  }
  isMissing(): BooleanExpression {
    return isMissing(this.data);
  }

  #part(op: TimePartOperation): NumberExpression {
    return new NumberExpression({ op, of: this.data });
  }
}

/** What `derive` may return. A time is no feature: take a part of it. */
export type AnyExpression = NumberExpression | BooleanExpression | CategoryExpression<string>;

/** The expression through which `derive` reads a column of this type. */
export type Reference<Value> = [NonNullable<Value>] extends [number]
  ? NumberExpression
  : [NonNullable<Value>] extends [Date]
    ? TimeExpression
    : [NonNullable<Value>] extends [boolean]
      ? BooleanExpression
      : [NonNullable<Value>] extends [string]
        ? CategoryExpression<NonNullable<Value> & string>
        : never;
export type References<Row> = { readonly [Name in keyof Row]: Reference<Row[Name]> };
