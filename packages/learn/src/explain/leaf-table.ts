import { gaussLegendre } from "./gauss-legendre.js";

/**
 * Effects of one leaf of value 1 for every way in which a row may follow the leaf's features: [mask][feature], bit j of the
 * mask set when the row follows all edges on feature j. `shares[j]` is the share of the cover that does.
 *
 * Cost: O(2^features · features²).
 */
export function leafTable(shares: readonly number[]): Float64Array {
  const features = shares.length;
  const masks = 1 << features;
  const count = Math.ceil(features / 2);
  const { products, effects } = expand(shares, count);
  const table = new Float64Array(masks * features);
  for (let mask = 0; mask < masks; mask++) {
    for (let feature = 0; feature < features; feature++) {
      const from = (feature * 2 + ((mask >> feature) & 1)) * count;
      let sum = 0;
      for (let point = 0; point < count; point++) sum += products[mask * count + point] * effects[from + point];
      table[mask * features + feature] = sum;
    }
  }
  return table;
}

/** Products of all features by [mask][point], and what turns them into an effect by [feature][follows][point]. */
function expand(shares: readonly number[], count: number): { products: Float64Array; effects: Float64Array } {
  const { points, weights } = gaussLegendre(count);
  const products = new Float64Array((1 << shares.length) * count);
  const effects = new Float64Array(shares.length * 2 * count);
  products.set(weights);
  shares.forEach((share, feature) => {
    const half = count << feature;
    for (let point = 0; point < count; point++) {
      const away = share * (1 - points[point]);
      const along = away + points[point];
      // A way that nobody goes has the product 0, and nothing is divided by it.
      if (away > 0) effects[feature * 2 * count + point] = -share / away;
      effects[(feature * 2 + 1) * count + point] = (1 - share) / along;
      for (let at = point; at < half; at += count) {
        products[half + at] = products[at] * along;
        products[at] *= away;
      }
    }
  });
  return { products, effects };
}
