import { describe, expect, it } from "vitest";
import { checkExpression, expressionColumns } from "./check.js";
import type { Expression } from "./expression.js";

const kinds = new Map([
  ["bed", "number"],
  ["bath", "number"],
  ["sold", "boolean"],
  ["state", "category"],
  ["listed", "time"],
  ["built", "time"],
] as const);
const column = (name: string): Expression => ({ op: "column", name });
const number = (value: number): Expression => ({ op: "number", value });

describe("checkExpression", () => {
  it.each<[Expression, string]>([
    [{ op: "add", left: column("bed"), right: number(1) }, "number"],
    [{ op: "lt", left: column("bed"), right: number(1) }, "boolean"],
    [{ op: "gte", left: column("listed"), right: column("built") }, "boolean"],
    [{ op: "bucket", of: column("bed"), edges: [1, 2], labels: ["a", "b", "c"] }, "category"],
    [{ op: "isMissing", of: column("state") }, "boolean"],
    [{ op: "hour", of: column("listed") }, "number"],
    [{ op: "daysSince", later: column("listed"), earlier: column("built") }, "number"],
    [column("listed"), "time"],
  ])("%j gives a %s", (expression, kind) => {
    expect(checkExpression(expression, kinds)).toBe(kind);
  });

  it("names an unknown column, the place and the nearest name", () => {
    const expression: Expression = { op: "mul", left: number(2), right: { op: "abs", of: column("bad") } };
    expect(() => checkExpression(expression, kinds, "derived.bedBath")).toThrow(
      expect.objectContaining({
        code: "LEARN_EXPRESSION_COLUMN_UNKNOWN",
        message: 'derived.bedBath.right.of reads the column "bad", which does not exist.',
        hint: 'Did you mean "bed"?',
      }),
    );
  });

  it.each<[Expression, string]>([
    [{ op: "add", left: column("state"), right: number(1) }, "expression.left (of add) takes a number, but this is a category."],
    [
      { op: "and", left: column("sold"), right: column("bed") },
      "expression.right (of and) takes a boolean, but this is a number.",
    ],
    [{ op: "isIn", of: column("bed"), levels: ["1"] }, "expression.of (of isIn) takes a category, but this is a number."],
    [{ op: "lt", left: column("listed"), right: number(1) }, "expression.right (of lt) takes a time, but this is a number."],
    [{ op: "month", of: column("bed") }, "expression.of (of month) takes a time, but this is a number."],
  ])("%j is refused", (expression, message) => {
    expect(() => checkExpression(expression, kinds)).toThrow(expect.objectContaining({ code: "LEARN_EXPRESSION_KIND", message }));
  });

  it.each<[Expression, string]>([
    [{ op: "bucket", of: column("bed"), edges: [2, 2], labels: ["a", "b", "c"] }, "do not ascend: 2, 2"],
    [{ op: "bucket", of: column("bed"), edges: [2], labels: ["a"] }, "1 bucket edges and 1 labels"],
    [{ op: "bucket", of: column("bed"), edges: [2], labels: ["a", "a"] }, "bucket label twice"],
    [{ op: "bucket", of: column("bed"), edges: [Number.NaN], labels: ["a", "b"] }, "the bucket edge NaN"],
    [number(Number.POSITIVE_INFINITY), "uses Infinity"],
    [{ op: "orElse", of: column("bed"), value: Number.NaN }, "uses NaN"],
    [{ op: "eval" } as unknown as Expression, 'the unknown operation "eval"'],
  ])("%j is refused", (expression, message) => {
    expect(() => checkExpression(expression, kinds)).toThrow(message);
  });

  it("refuses an expression deep enough to exhaust the stack", () => {
    let deep = column("bed");
    for (let level = 0; level < 50_000; level++) deep = { op: "abs", of: deep };
    expect(() => checkExpression(deep, kinds)).toThrow("more than 200 operations deep");
  });
});

describe("expressionColumns", () => {
  it("names every column once, in order of use", () => {
    const expression: Expression = {
      op: "or",
      left: { op: "isIn", of: column("state"), levels: [] },
      right: {
        op: "gt",
        left: { op: "daysSince", later: column("listed"), earlier: column("built") },
        right: { op: "add", left: column("bed"), right: { op: "mul", left: column("bed"), right: number(2) } },
      },
    };
    expect(expressionColumns(expression)).toEqual(["state", "listed", "built", "bed"]);
  });
});
