import { kolmogorovTail } from "./kolmogorov-distribution.js";

/** Rows of the larger sample up to which the chance is counted exactly, as SciPy's `method="auto"` has it. */
const MOST_EXACT_ROWS = 10_000;

/**
 * Chance that two samples of one continuous distribution are at least `distance` apart: exact by counting lattice paths up
 * to 10,000 rows a side, else the one-sample distribution for the effective number of rows.
 *
 * Cost: exact O(first · second) at worst, O(rows) for samples of equal size; asymptotic O(√rows).
 */
export function twoSampleChance(firstRows: number, secondRows: number, distance: number): number {
  if (Math.max(firstRows, secondRows) > MOST_EXACT_ROWS) {
    const [larger, smaller] = firstRows > secondRows ? [firstRows, secondRows] : [secondRows, firstRows];
    return kolmogorovTail(roundHalfToEven((larger * smaller) / (larger + smaller)), distance);
  }
  const divisor = greatestCommonDivisor(firstRows, secondRows);
  const steps = Math.round(distance * (firstRows / divisor) * secondRows);
  if (steps === 0) return 1;
  const chance = firstRows === secondRows ? equalSizes(firstRows, steps) : pathsOutside(firstRows, secondRows, divisor, steps);
  return Math.min(1, chance);
}

/** Share of the paths of a square that touch one of two diagonals (Gnedenko and Korolyuk); nested, so that nothing cancels. */
function equalSizes(rows: number, steps: number): number {
  let chance = 0;
  for (let fold = Math.floor(rows / steps); fold >= 0; fold--) {
    let factor = 1;
    for (let step = 0; step < steps; step++) factor = ((rows - fold * steps - step) * factor) / (rows + fold * steps + step + 1);
    chance = factor * (1 - chance);
  }
  return 2 * chance;
}

/**
 * Share of the paths from (0, 0) to (first, second) that leave the band |x / first − y / second| < distance. The share of
 * the paths to a point follows from the two points before it; only sums of positive numbers, so nothing cancels.
 */
function pathsOutside(firstRows: number, secondRows: number, divisor: number, steps: number): number {
  const [rows, columns] = firstRows > secondRows ? [firstRows, secondRows] : [secondRows, firstRows];
  const rowStep = columns / divisor;
  const columnStep = rows / divisor;
  const outside = new Float64Array(columns + 1).fill(1);
  for (let row = 0; row <= rows; row++) {
    const from = Math.max(0, Math.floor((row * rowStep - steps) / columnStep) + 1);
    const to = Math.min(columns, Math.ceil((row * rowStep + steps) / columnStep) - 1);
    if (from > 0) outside[from - 1] = 1;
    for (let column = from; column <= to; column++) {
      if (row + column === 0) outside[0] = 0;
      else {
        const left = column === 0 ? 0 : outside[column - 1];
        // Above the first row nothing is; the share of paths that come from there is row / (row + column) = 0.
        outside[column] = (outside[column] * row + left * column) / (row + column);
      }
    }
    for (let column = to + 1; column <= columns && row === 0; column++) outside[column] = 1;
  }
  return outside[columns];
}

function greatestCommonDivisor(first: number, second: number): number {
  let [a, b] = [first, second];
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
