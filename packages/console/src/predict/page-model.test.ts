import { expect, test } from "vitest";
import { type FormField, shapeOf, shareBelow, unusual } from "./page-model.js";

const quantiles = Array.from({ length: 101 }, (_, step) => step);

test("a histogram out of quantiles holds all rows, where they are", () => {
  const shape = shapeOf(quantiles);
  expect(shape.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
  expect(Math.max(...shape) - Math.min(...shape)).toBeLessThan(0.01);
  const mostlyZero = [...new Array<number>(90).fill(0), ...Array.from({ length: 11 }, (_, step) => step * 10)];
  expect(shapeOf(mostlyZero)[0]).toBeGreaterThan(0.85);
  expect(shapeOf([5, 5, 5])).toEqual([]);
  expect(shapeOf([])).toEqual([]);
});

test("the share of training answers below a value", () => {
  expect(shareBelow(quantiles, -1)).toBe(0);
  expect(shareBelow(quantiles, 25.5)).toBeCloseTo(0.255, 12);
  expect(shareBelow(quantiles, 100)).toBe(1);
  expect(shareBelow([0, 0, 1], 0)).toBeCloseTo(0.5, 12);
});

test("what is unusual: out of the range, or a level that training has not seen", () => {
  const number: FormField = {
    column: { name: "a", from: ["a"], type: "number", optional: true },
    range: { low: 0, high: 10 },
    shape: [],
    levels: null,
    isClosed: false,
    levelsAreComplete: false,
    weight: 0,
  };
  const category: FormField = {
    ...number,
    column: { ...number.column, type: "category" },
    range: null,
    levels: ["x"],
    levelsAreComplete: true,
  };
  expect([unusual(number, 10), unusual(number, 10.1), unusual(number, -1), unusual(number, null)]).toEqual([
    null,
    "outside",
    "outside",
    null,
  ]);
  expect([unusual(category, "x"), unusual(category, "y"), unusual(category, null)]).toEqual([null, "unseen", null]);
  expect(unusual({ ...category, levelsAreComplete: false }, "y")).toBeNull();
});
