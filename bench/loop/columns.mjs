import { createRandom } from "../../packages/learn/dist/index.js";

/**
 * Twenty columns as tables have them: normal, skewed, whole numbers, mostly zero. The same seed gives the same numbers.
 *
 * @param {number} rows
 * @param {number} seed
 * @param {number} [shift] of the first column, in standard deviations
 * @returns {Float64Array[]}
 */
export function drawColumns(rows, seed, shift = 0) {
  const random = createRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const kinds = [
    normal,
    () => Math.exp(normal()),
    () => Math.floor(40 * random.next() * random.next()),
    () => (random.next() < 0.8 ? 0 : Math.exp(2 * normal())),
  ];
  return Array.from({ length: 20 }, (_, column) => {
    const draw = kinds[column % kinds.length] ?? normal;
    const offset = column === 0 ? shift : 0;
    return Float64Array.from({ length: rows }, () => draw() + offset);
  });
}
