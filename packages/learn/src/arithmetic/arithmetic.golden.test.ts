import { describe, expect, it } from "vitest";
import { exp, exp2, expm1, sigmoid } from "./exponential.js";
import { log, log1p } from "./logarithm.js";
import { pow } from "./power.js";

/** Rows: the arguments, the exact value as the nearest double, and what that lacks. */
interface Case {
  readonly functions: Readonly<Record<string, { readonly ulp: number; readonly rows: readonly (readonly number[])[] }>>;
}

const file = new URL("../../goldens/arithmetic/case.json", import.meta.url).href;
const golden = ((await import(/* @vite-ignore */ file)) as { default: Case }).default;
const own: Readonly<Record<string, (first: number, second: number) => number>> = { exp, exp2, expm1, sigmoid, log, log1p, pow };

const bits = new DataView(new ArrayBuffer(8));

/** Distance to the next double away from 0. */
function ulp(value: number): number {
  bits.setFloat64(0, Math.abs(value));
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0) - Math.abs(value);
}

describe("own arithmetic against 200 bits by mpmath", () => {
  it.each(Object.entries(golden.functions))("%s", (name, { ulp: allowed, rows }) => {
    for (const row of rows) {
      const [value, rest] = row.slice(-2);
      const [first, second] = row;
      const got = own[name](first, second);
      // The difference of two close doubles is exact.
      const error = Math.abs(got - value - rest) / ulp(value);
      expect(error, `${name}(${row.slice(0, -2).join(", ")}) is ${got}, not ${value}`).toBeLessThanOrEqual(allowed);
    }
  });
});
