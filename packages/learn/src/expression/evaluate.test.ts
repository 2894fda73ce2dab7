import { describe, expect, it } from "vitest";
import { readJsonCell } from "../frame/cell.js";
import type { FrameColumn } from "../frame/frame.js";
import { frameOf } from "../frame/frame-builder.js";
import { evaluateExpression } from "./evaluate.js";
import type { Expression, TimePartOperation } from "./expression.js";

const NaNs = Number.NaN;
const frame = frameOf([
  ["a", { kind: "number", values: Float64Array.of(6, 0, -2, NaNs, 1e308) }],
  ["b", { kind: "number", values: Float64Array.of(3, 0, 0, 1, 1e308) }],
  ["yes", { kind: "boolean", values: Float64Array.of(1, 1, 1, 0, NaNs) }],
  ["maybe", { kind: "boolean", values: Float64Array.of(1, 0, NaNs, NaNs, NaNs) }],
  ["state", { kind: "category", codes: Int32Array.of(0, 1, 2, -1, 0), levels: ["NY", "", "toString"] }],
]);
const a: Expression = { op: "column", name: "a" };
const b: Expression = { op: "column", name: "b" };
const yes: Expression = { op: "column", name: "yes" };
const maybe: Expression = { op: "column", name: "maybe" };
const state: Expression = { op: "column", name: "state" };

function cells(column: FrameColumn): unknown[] {
  return Array.from({ length: frame.rowCount }, (_, row) => readJsonCell(column, row));
}

describe("evaluateExpression", () => {
  it.each<[Expression, unknown[]]>([
    [{ op: "add", left: a, right: b }, [9, 0, -2, null, null]],
    [{ op: "sub", left: a, right: { op: "number", value: 1 } }, [5, -1, -3, null, 1e308]],
    [{ op: "div", left: a, right: b }, [2, null, null, null, 1]],
    [{ op: "mul", left: a, right: a }, [36, 0, 4, null, null]],
    [{ op: "min", left: a, right: b }, [3, 0, -2, null, 1e308]],
    [{ op: "max", left: a, right: b }, [6, 0, 0, null, 1e308]],
    [{ op: "log1p", of: { op: "number", value: -1 } }, [null, null, null, null, null]],
    [{ op: "sqrt", of: a }, [Math.sqrt(6), 0, null, null, 1e154]],
    [{ op: "abs", of: a }, [6, 0, 2, null, 1e308]],
    [{ op: "floor", of: { op: "div", left: a, right: { op: "number", value: 4 } } }, [1, 0, -1, null, 2.5e307]],
    [{ op: "lt", left: b, right: a }, [true, false, false, null, false]],
    [{ op: "gte", left: b, right: a }, [false, true, true, null, true]],
    [{ op: "orElse", of: a, value: 7 }, [6, 0, -2, 7, 1e308]],
    [{ op: "isMissing", of: a }, [false, false, false, true, false]],
    [{ op: "isMissing", of: state }, [false, false, false, true, false]],
    [{ op: "not", of: maybe }, [false, true, null, null, null]],
    [{ op: "and", left: yes, right: maybe }, [true, false, null, false, null]],
    [{ op: "or", left: yes, right: maybe }, [true, true, true, null, null]],
    [{ op: "isIn", of: state, levels: ["", "toString", "gone"] }, [false, true, true, null, false]],
    [{ op: "bucket", of: a, edges: [0, 6], labels: ["small", "medium", "large"] }, ["large", "medium", "small", null, "large"]],
  ])("%j", (expression, expected) => {
    expect(cells(evaluateExpression(expression, frame))).toEqual(expected);
  });

  it("gives the frame's own column for a bare name, and a constant for every row", () => {
    expect(evaluateExpression(a, frame)).toBe(frame.columns.get("a"));
    expect(cells(evaluateExpression({ op: "number", value: 4 }, frame))).toEqual([4, 4, 4, 4, 4]);
  });

  it("takes times apart in UTC, before 1970 too", () => {
    const moments = ["2026-11-21T23:59:59.999Z", "1969-12-31T00:00:00Z", "2000-02-29T12:00:00Z", "1600-03-01T05:00:00Z"];
    const times = frameOf([
      ["at", { kind: "time", values: Float64Array.from([...moments.map((text) => Date.parse(text)), NaNs]) }],
    ]);
    const part = (op: TimePartOperation) => [
      ...(evaluateExpression({ op, of: { op: "column", name: "at" } }, times) as { values: Float64Array }).values,
    ];
    expect(part("hour")).toEqual([23, 0, 12, 5, NaNs]);
    expect(part("weekday")).toEqual([5, 2, 1, 2, NaNs]);
    expect(part("month")).toEqual([11, 12, 2, 3, NaNs]);
    expect(part("year")).toEqual([2026, 1969, 2000, 1600, NaNs]);
  });

  it("counts days between times", () => {
    const times = frameOf([
      ["from", { kind: "time", values: Float64Array.of(0, NaNs) }],
      ["to", { kind: "time", values: Float64Array.of(129_600_000, 5) }],
    ]);
    const days: Expression = { op: "daysSince", later: { op: "column", name: "to" }, earlier: { op: "column", name: "from" } };
    expect([...(evaluateExpression(days, times) as { values: Float64Array }).values]).toEqual([1.5, NaNs]);
  });
});
