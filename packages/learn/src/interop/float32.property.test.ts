import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32Text, leastFloat32Above, nextFloat32, previousFloat32 } from "./float32.js";

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const double = fc.double({ min: -1e38, max: 1e38, noNaN: true });

describe("float32", () => {
  it("has its neighbours", () => {
    expect(nextFloat32(1)).toBe(1 + 2 ** -23);
    expect(previousFloat32(1)).toBe(1 - 2 ** -24);
    expect([nextFloat32(0), previousFloat32(-0)]).toEqual([2 ** -149, -(2 ** -149)]);
    expect(nextFloat32(-(2 ** -149))).toBe(-0);
    expect(previousFloat32(-3.4028234663852886e38)).toBe(Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(float, (value) => {
        expect(nextFloat32(value)).toBeGreaterThan(value);
        expect(previousFloat32(nextFloat32(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it("turns a float64 threshold with <= into one with < that sends every float32 the same way", () => {
    const near = fc.tuple(float, fc.double({ min: -1e-7, max: 1e-7, noNaN: true })).map(([value, by]) => value * (1 + by));
    fc.assert(
      fc.property(fc.oneof(double, near, float), float, (threshold, other) => {
        const condition = leastFloat32Above(threshold);
        const rounded = Math.fround(threshold);
        for (const value of [other, rounded, nextFloat32(rounded), previousFloat32(rounded)])
          if (Number.isFinite(value)) expect(value < condition).toBe(value <= threshold);
      }),
    );
  });

  it("is written in few digits that read back, never as a whole number", () => {
    const texts = [0.1, 1e-45, 3.4028234663852886e38, -2.5, 16_777_216, 1 / 3, 0, -0].map(float32Text);
    expect(texts).toEqual(["0.1", "1e-45", "3.4028235e+38", "-2.5", "16777216.0", "0.33333334", "0.0", "-0.0"]);
    fc.assert(
      fc.property(float, (value) => {
        expect(Math.fround(Number(float32Text(value)))).toBe(value);
        expect(float32Text(value)).toMatch(/[.e]/);
      }),
    );
    expect(() => float32Text(Number.NaN)).toThrow(RangeError);
  });
});
