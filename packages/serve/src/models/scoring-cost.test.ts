import { expect, it } from "vitest";
import { ScoringCost } from "./scoring-cost.js";

it("follows what rows take, down at once and up only when they go on taking more", () => {
  const cost = new ScoringCost(100, 0.01, 1);
  expect(cost.estimateMs(1_000, false)).toBeCloseTo(0.1, 12);
  expect(cost.estimateMs(10, true)).toBe(1);
  // A pause of the whole process during one request.
  cost.observe(1, 500, false);
  expect(cost.estimateMs(100, false)).toBeLessThan(0.011);
  for (let request = 0; request < 500; request++) cost.observe(1, 5, false);
  expect(cost.estimateMs(100, false)).toBeCloseTo(5, 6);
  for (let request = 0; request < 60; request++) cost.observe(10, 0.1, false);
  expect(cost.estimateMs(100, false)).toBeCloseTo(0.01, 4);
  cost.observe(0, 9, true);
  expect(cost.estimateMs(10, true)).toBe(1);
});
