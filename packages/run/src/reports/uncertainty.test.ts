import type { Evidence } from "@atalaya/learn";
import { createRandom } from "@atalaya/learn";
import { describe, expect, test } from "vitest";
import { measureNamed } from "./bootstrap.js";
import { calibrationOf } from "./calibration.js";
import { withIntervals } from "./uncertainty.js";

/** Predictions that miss by a normal error of one. */
function regression(rows: number, seed: number): Evidence {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const truth = Float64Array.from({ length: rows }, () => 10 * random.next());
  return { task: "regression", truth, predicted: truth.map((value) => value + normal()) };
}

describe("intervals", () => {
  test.each([300, 20_000])("hold the true error of %i rows about as often as they say", (rows) => {
    let held = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const evidence = regression(rows, seed);
      const measured = withIntervals(measureNamed(["rmse"], evidence), evidence)["rmse"];
      if (measured === undefined || !("value" in measured)) throw new Error("not measured");
      const { low = Number.NaN, high = Number.NaN, value } = measured;
      expect(low).toBeLessThan(value);
      if (low <= 1 && high >= 1) held++;
    }
    expect(held).toBeGreaterThanOrEqual(34);
  });

  test("are the same for the same evidence, narrow with the rows, and none of few rows", () => {
    const width = (rows: number): number => {
      const evidence = regression(rows, 7);
      const [once, twice] = [0, 1].map(() => withIntervals(measureNamed(["rmse"], evidence), evidence)["rmse"]);
      expect(once).toEqual(twice);
      return once !== undefined && "value" in once ? (once.high ?? 0) - (once.low ?? 0) : 0;
    };
    expect(width(400) / width(6_400)).toBeGreaterThan(2.5);
    expect(width(400) / width(6_400)).toBeLessThan(6);
    expect(width(10)).toBe(0);
  });
});

describe("calibration", () => {
  test("of values: tenths of the rows, predicted beside true", () => {
    const [curve] = calibrationOf(regression(1_000, 3));
    expect(curve?.class).toBeNull();
    expect(curve?.bins.map(({ rows }) => rows)).toEqual(new Array(10).fill(100));
    for (const { predicted, observed } of curve?.bins.slice(1, -1) ?? [])
      expect(Math.abs(predicted - observed)).toBeLessThan(0.6);
  });

  test("of two classes the second, of three all, of nothing nothing", () => {
    const of = (classes: readonly string[], truth: readonly number[]): Evidence => ({
      task: "classification",
      classes,
      truth: Int32Array.from(truth),
      probability: classes.map((_, place) => Float64Array.from(truth, (code) => (code === place ? 0.8 : 0.1))),
    });
    expect(calibrationOf(of(["no", "yes"], [0, 1, 1])).map((curve) => curve.class)).toEqual(["yes"]);
    expect(calibrationOf(of(["a", "b", "c"], [0, 1, 2])).map((curve) => curve.class)).toEqual(["a", "b", "c"]);
    expect(calibrationOf(of(["a", "b"], []))).toEqual([]);
  });
});
