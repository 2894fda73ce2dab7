import { upperGamma } from "../arithmetic/gamma.js";

/**
 * Chi-square test of homogeneity of two count vectors over the same categories, without continuity correction, as SciPy's
 * `chi2_contingency(correction=False)`. Categories that neither has are left out; where fewer than two remain, or one side
 * is empty: statistic 0, chance 1. Few expected rows a category (below about 5) make the chance rough.
 *
 * @see goldens/statistics (SciPy)
 */
export function chiSquare(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): { statistic: number; degrees: number; chance: number } {
  const firstRows = total(first);
  const secondRows = total(second);
  const rows = firstRows + secondRows;
  let statistic = 0;
  let categories = 0;
  for (let category = 0; category < first.length; category++) {
    const both = first[category] + second[category];
    if (both === 0) continue;
    categories++;
    const firstExpected = (both * firstRows) / rows;
    const secondExpected = (both * secondRows) / rows;
    const firstError = first[category] - firstExpected;
    const secondError = second[category] - secondExpected;
    statistic += (firstError * firstError) / firstExpected + (secondError * secondError) / secondExpected;
  }
  if (categories < 2 || firstRows === 0 || secondRows === 0) return { statistic: 0, degrees: 0, chance: 1 };
  const degrees = categories - 1;
  return { statistic, degrees, chance: upperGamma(degrees / 2, statistic / 2) };
}

export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum;
}
