import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp, exp2, expm1, sigmoid } from "./exponential.js";
import { log, log1p } from "./logarithm.js";
import { pow } from "./power.js";

const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;

describe("ends and special values", () => {
  it.each<[string, (x: number) => number, readonly (readonly [number, number])[]]>([
    [
      "exp",
      exp,
      [
        [0, 1],
        [nan, nan],
        [infinity, infinity],
        [minusInfinity, 0],
        [709.782712893384, 1.7976931348622732e308],
        [709.8, infinity],
        [-745.2, 0],
        [-745.13, 5e-324],
      ],
    ],
    [
      "exp2",
      exp2,
      [
        [0, 1],
        [10, 1024],
        [-1074, 5e-324],
        [1024, infinity],
        [-1076, 0],
        [nan, nan],
        [minusInfinity, 0],
        [infinity, infinity],
      ],
    ],
    [
      "expm1",
      expm1,
      [
        [0, 0],
        [-0, -0],
        [nan, nan],
        [infinity, infinity],
        [minusInfinity, -1],
        [-50, -1],
        [1e-300, 1e-300],
        [710, infinity],
      ],
    ],
    [
      "log",
      log,
      [
        [1, 0],
        [0, minusInfinity],
        [-1, nan],
        [nan, nan],
        [infinity, infinity],
        [5e-324, -744.4400719213812],
      ],
    ],
    [
      "log1p",
      log1p,
      [
        [0, 0],
        [-0, -0],
        [-1, minusInfinity],
        [-2, nan],
        [nan, nan],
        [infinity, infinity],
        [1e-300, 1e-300],
      ],
    ],
    [
      "sigmoid",
      sigmoid,
      [
        [0, 0.5],
        [infinity, 1],
        [minusInfinity, 0],
        [nan, nan],
        [800, 1],
        [-800, 0],
      ],
    ],
  ])("%s", (_, own, pairs) => {
    for (const [x, expected] of pairs) expect(own(x), String(x)).toBe(expected);
  });

  it("pow keeps to ECMAScript wherever the result is exact or special", () => {
    const bases = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 4, infinity, minusInfinity, nan];
    const exponents = [0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 10, 1e300, -1e300, infinity, minusInfinity, nan];
    for (const base of bases) {
      for (const exponent of exponents) {
        const expected = base ** exponent;
        const got = pow(base, exponent);
        if (Number.isFinite(expected) && expected !== 0) expect(got / expected).toBeCloseTo(1, 14);
        else expect(got, `${base} to ${exponent}`).toBe(expected);
      }
    }
  });
});

describe("properties", () => {
  const number = fc.double({ noNaN: true });

  it("never decreases, and stays in its range", () => {
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        for (const own of [exp, exp2, expm1, sigmoid]) expect(own(low)).toBeLessThanOrEqual(own(high));
        expect(sigmoid(one)).toBeGreaterThanOrEqual(0);
        expect(sigmoid(one)).toBeLessThanOrEqual(1);
        const [a, b] = [Math.abs(one), Math.abs(other)].sort((x, y) => x - y);
        expect(log(a)).toBeLessThanOrEqual(log(b));
        expect(log1p(a)).toBeLessThanOrEqual(log1p(b));
      }),
    );
  });

  it("is close to what this engine's own functions give, on any double", () => {
    const close = (got: number, expected: number) =>
      Object.is(got, expected) || Math.abs(got - expected) <= 4 * Number.EPSILON * Math.abs(expected) + 1e-323;
    fc.assert(
      fc.property(number, fc.double({ min: -1e3, max: 1e3, noNaN: true }), (wide, narrow) => {
        for (const x of [wide, narrow]) {
          expect(close(exp(x), Math.exp(x)), `exp ${x}`).toBe(true);
          expect(close(expm1(x), Math.expm1(x)), `expm1 ${x}`).toBe(true);
          expect(close(log(x), Math.log(x)), `log ${x}`).toBe(true);
          expect(close(log1p(x), Math.log1p(x)), `log1p ${x}`).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
