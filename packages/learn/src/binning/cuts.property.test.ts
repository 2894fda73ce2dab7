import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEngine } from "../kernels/load-kernels.js";
import { binTable } from "./binned-table.js";
import { midway } from "./cuts.js";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const spiky = fc.oneof(finite, fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, 1e300, -1e300, 5e-324, Number.MAX_VALUE));
const column = fc.array(fc.oneof({ weight: 6, arbitrary: spiky }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), {
  minLength: 1,
  maxLength: 300,
});

const engine = createEngine();
const binned = (columns: readonly Float64Array[], bins: number) => {
  const names = columns.map((_, feature) => `column ${feature}`);
  const table = binTable(engine, { rowCount: columns[0].length, columns, names }, bins);
  const columnOf = (feature: number) => table.arena.bytes(table.columns + feature * table.rowCount, table.rowCount);
  return { table, columnOf };
};

describe("binTable", () => {
  it("decides on bins as the thresholds decide on raw doubles", () => {
    fc.assert(
      fc.property(column, fc.integer({ min: 3, max: 255 }), (numbers, bins) => {
        const values = Float64Array.from(numbers);
        const other = Float64Array.from(numbers).reverse();
        const { table, columnOf } = binned([other, values], bins);
        const { cuts, valueBins } = table.features[1];
        expect(valueBins).toBe(cuts.length + 1);
        expect(valueBins + 1).toBeLessThanOrEqual(bins);
        for (let row = 0; row < values.length; row++) {
          const bin = columnOf(1)[row];
          expect(table.arena.bytes(table.bins + row * table.stride, table.stride)[1]).toBe(bin);
          if (Number.isNaN(values[row])) expect(bin).toBe(valueBins);
          else {
            expect(bin).toBeLessThan(valueBins);
            for (let cut = 0; cut < cuts.length; cut++) expect(bin <= cut).toBe(values[row] <= cuts[cut]);
          }
        }
      }),
    );
  });

  it("leaves no bin empty, and gives each distinct value its own where there are few", () => {
    fc.assert(
      fc.property(column, (numbers) => {
        const values = Float64Array.from(numbers);
        const { table, columnOf } = binned([values], 255);
        const used = new Set(columnOf(0));
        // -0 and 0 are one value to any comparison.
        const distinct = new Set(numbers.filter((value) => !Number.isNaN(value)).map((value) => value + 0));
        const { valueBins } = table.features[0];
        const bins = [...used].filter((bin) => bin < valueBins).length;
        expect(bins).toBe(distinct.size === 0 ? 0 : valueBins);
        if (distinct.size > 0 && distinct.size <= 254) expect(bins).toBe(distinct.size);
      }),
    );
  });
});

describe("midway", () => {
  it("lies between two doubles, the upper one excluded, however near or far they are", () => {
    fc.assert(
      fc.property(finite, finite, (one, other) => {
        fc.pre(one !== other);
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(midway(low, high)).toBeGreaterThanOrEqual(low);
        expect(midway(low, high)).toBeLessThan(high);
      }),
    );
    expect(midway(1, 2)).toBe(1.5);
    expect(midway(1, 1 + 2 ** -52)).toBe(1);
  });
});
