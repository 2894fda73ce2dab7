import { expect, test } from "vitest";
import { createRandom } from "../random/random.js";
import { distributionDistance } from "./distribution-distance.js";
import { populationStabilityIndex } from "./population-stability.js";

/** By sorting everything: what the search must give, to the last bit. */
function naive(first: Float64Array, second: Float64Array): number {
  const [a, b] = [first.slice().sort(), second.slice().sort()];
  let [inA, inB, largest] = [0, 0, 0];
  while (inA < a.length || inB < b.length) {
    const value = Math.min(a[inA] ?? Number.POSITIVE_INFINITY, b[inB] ?? Number.POSITIVE_INFINITY);
    while (inA < a.length && a[inA] === value) inA++;
    while (inB < b.length && b[inB] === value) inB++;
    largest = Math.max(largest, Math.abs(inA / a.length - inB / b.length));
  }
  return largest;
}

const random = createRandom(5);
const draws: Record<string, () => number> = {
  "no ties": () => random.next(),
  "whole numbers": () => Math.floor(40 * random.next() * random.next()),
  "mostly its least value": () => (random.next() < 0.8 ? 0 : Math.exp(8 * random.next())),
  "mostly a value in the middle": () => (random.next() < 0.7 ? 3 : random.next() * 6),
  "two values": () => (random.next() < 0.5 ? -1e308 : 1e308),
  "one value": () => 7,
  "far values": () => (random.next() < 0.999 ? random.next() : 1e300 * random.next()),
  "infinite values": () => (random.next() < 0.9 ? Math.round(9 * random.next()) : random.next() < 0.5 ? -Infinity : Infinity),
  "differences below the least scale": () => Math.floor(3 * random.next()) * Number.MIN_VALUE,
};

test.each(Object.keys(draws))("the distance is that of sorted samples: %s", (name) => {
  const draw = draws[name] ?? (() => 0);
  for (const [rows, others, shift] of [
    [12_000, 9_000, 0],
    [30_000, 700, 0.1],
    [3_000, 20_000, 1],
    [40, 30, 0],
  ] as const) {
    const first = Float64Array.from({ length: rows }, draw);
    const second = Float64Array.from({ length: others }, () => draw() + shift);
    expect([name, rows, distributionDistance(first, second)]).toEqual([name, rows, naive(first, second)]);
  }
});

test.each([
  ["even edges", Array.from({ length: 101 }, (_, step) => step)],
  ["skewed edges", Array.from({ length: 101 }, (_, step) => Math.exp(step / 2))],
  ["one edge", Array.from({ length: 101 }, (_, step) => (step < 100 ? 5 : 9))],
  ["infinite edges", Array.from({ length: 101 }, (_, step) => (step < 15 ? -Infinity : step > 85 ? Infinity : step))],
  ["edges too far apart to subtract", Array.from({ length: 101 }, (_, step) => (step - 50) * 3e306)],
])("values are counted in the bins of their edges: %s", (_, quantiles) => {
  const values = Float64Array.from({ length: 3_000 }, (_value, row) => {
    const place = Math.floor(101 * random.next());
    return [quantiles[place] ?? 0, (quantiles[place] ?? 0) * 1.01, -Infinity, Infinity, Number.NaN, 0][row % 6] ?? 0;
  });
  const reference = { kind: "number", name: "x", rows: 1_000, missing: 10, quantiles } as const;
  const { bins } = populationStabilityIndex(reference, { kind: "number", values });
  const edges = bins.flatMap(({ label }) => (label.startsWith("≤ ") ? [Number(label.slice(2))] : []));
  const counts = [...edges, Number.POSITIVE_INFINITY].map(
    (edge, bin) => values.filter((value) => value <= edge && (bin === 0 || value > (edges[bin - 1] ?? 0))).length,
  );
  expect(bins.map(({ actual }) => Math.round(actual * values.length))).toEqual([...counts, 500]);
});
