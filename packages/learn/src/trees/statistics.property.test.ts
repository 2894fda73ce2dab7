import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClassStatistics } from "./class-statistics.js";
import { GradientStatistics } from "./gradient-statistics.js";
import type { RowStatistics } from "./row-statistics.js";

const ROWS = 40;
const BINS = 6;

/** Rows as four bins a word, some chosen, with whole-numbered statistics, so that sums are exact in any order. */
const rowsCase = fc.record({
  bins: fc.array(fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: BINS - 1 }))), {
    minLength: ROWS,
    maxLength: ROWS,
  }),
  gradient: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: ROWS, maxLength: ROWS }),
  hessian: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: ROWS, maxLength: ROWS }),
  chosen: fc.uniqueArray(fc.integer({ min: 0, max: ROWS - 1 }), { minLength: 1, maxLength: ROWS }),
});
type RowsCase = typeof rowsCase extends fc.Arbitrary<infer Case> ? Case : never;

function statisticsOf({ gradient, hessian }: RowsCase): { statistics: RowStatistics; numbers: (row: number) => number[] }[] {
  const gradients = Float64Array.from(gradient);
  const hessians = Float64Array.from(hessian);
  const classes = Int32Array.from(gradient, (value) => Math.abs(value) % 3);
  const options = { l2: 0, minLeafHessian: 0 };
  return [
    {
      statistics: new GradientStatistics(gradients, new Float64Array(0), { ...options, hessians: "ones" }),
      numbers: (row) => [gradient[row], 1],
    },
    {
      statistics: new GradientStatistics(gradients, hessians, { ...options, hessians: "multiplicities" }),
      numbers: (row) => [gradient[row], hessian[row]],
    },
    {
      statistics: new GradientStatistics(gradients, hessians, { ...options, hessians: "curvatures" }),
      numbers: (row) => [gradient[row], hessian[row], 1],
    },
    {
      statistics: new ClassStatistics(classes, hessians, 3),
      numbers: (row) => [...[0, 1, 2].map((code) => (classes[row] === code ? hessian[row] : 0)), 1],
    },
  ];
}

describe("row statistics", () => {
  it("add rows to histograms, four features at once or one, as a plain loop does; removing them leaves zeros", () => {
    fc.assert(
      fc.property(rowsCase, (input) => {
        const words = Int32Array.from(input.bins, ([a, b, c, d]) => a | (b << 8) | (c << 16) | (d << 24));
        const rows = Int32Array.from(input.chosen);
        for (const { statistics, numbers } of statisticsOf(input)) {
          const { channels } = statistics;
          const expected = new Float64Array(4 * BINS * channels);
          for (const row of input.chosen) {
            for (const [place, bin] of input.bins[row].entries()) {
              for (const [channel, number] of numbers(row).entries()) {
                expected[(place * BINS + bin) * channels + channel] += number;
              }
            }
          }
          const starts = [0, 1, 2, 3].map((place) => place * BINS * channels);
          const quad = new Float64Array(4 * BINS * channels);
          const add = (remove: boolean): void => {
            statistics.stage(rows, 0, rows.length, remove);
            statistics.addQuad(words, 0, rows, 0, rows.length, quad, starts[0], starts[1], starts[2], starts[3]);
          };
          add(false);
          expect(quad).toEqual(expected);
          const single = new Float64Array(4 * BINS * channels);
          for (const [place, start] of starts.entries()) {
            statistics.addOne(words, 0, place * 8, rows, 0, rows.length, single, start);
          }
          expect(single).toEqual(expected);
          add(true);
          expect(quad.every((cell) => cell === 0)).toBe(true);
          const totals = new Float64Array(channels);
          statistics.total(rows, 0, rows.length, totals, 0);
          for (let channel = 0; channel < channels; channel++) {
            const sum = input.chosen.reduce((total, row) => total + numbers(row)[channel], 0);
            expect(totals[channel]).toBe(sum);
          }
        }
      }),
    );
  });
});
