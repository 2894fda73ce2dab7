import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../random/random.js";
import { ascendingOrder, sortedValues } from "./ascending-order.js";

/** The naive twin: a comparison sort. */
function naiveOrder(values: Float64Array): number[] {
  const rank = (value: number) => (Number.isNaN(value) ? 1 : 0);
  const rows = Array.from(values, (_, row) => row);
  return rows.sort((a, b) => {
    if (rank(values[a]) !== rank(values[b])) return rank(values[a]) - rank(values[b]);
    return values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : a - b;
  });
}

describe("ascendingOrder", () => {
  it("orders any doubles as comparing does: ties keep their order, NaN comes last", () => {
    const special = fc.constantFrom(
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      5e-324,
      -5e-324,
      1e308,
    );
    const value = fc.oneof(fc.double(), special, fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 0, max: 12 }), (some, repeats) => {
        // Beyond 256 rows the radix sort does it.
        const values = Float64Array.from(Array.from({ length: repeats + 1 }, () => some).flat());
        expect([...ascendingOrder(values)]).toEqual(naiveOrder(values));
      }),
      { numRuns: 200 },
    );
  });

  it("sorts many rows as the engine does", () => {
    const random = createRandom(3);
    const values = Float64Array.from(
      { length: 5_000 },
      () => (random.next() - 0.5) * 10 ** Math.floor(40 * (random.next() - 0.5)),
    );
    expect(sortedValues(values)).toEqual(values.slice().sort());
  });
});
