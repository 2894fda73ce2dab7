import { minimise } from "./minimise.js";
import type { Standardised } from "./standardised.js";

/** Columns up to which the normal equations are solved as they stand; their matrix has columns² numbers. */
const MOST_DIRECT = 400;

/**
 * Weights of the standardised columns that make Σ weight · (target − prediction)² + l2 · |weights|² least.
 *
 * Cost: O(rows · columns²) up to 400 columns, O(rows · columns) a step above.
 *
 * @param target  by row, its mean taken off
 */
export function ridgeWeights(data: Standardised, target: Float64Array, l2: number): Float64Array {
  const count = data.columns.length;
  if (count > MOST_DIRECT) return iterate(data, target, l2);
  const matrix = new Float64Array(count * count);
  const right = new Float64Array(count);
  for (let column = 0; column < count; column++) {
    const weighed = weighedColumn(data, column);
    for (let other = 0; other <= column; other++) matrix[column * count + other] = dot(weighed, data.columns[other]);
    right[column] = dot(weighed, target);
    matrix[column * count + column] += l2;
  }
  return solve(matrix, right, data.weightSum * 1e-12);
}

function weighedColumn({ columns, weights }: Standardised, column: number): Float64Array {
  return weights === null ? columns[column] : columns[column].map((value, row) => value * weights[row]);
}

/** Cholesky; a column that others make up (pivot at or below `least`) gets weight 0. */
function solve(matrix: Float64Array, right: Float64Array, least: number): Float64Array {
  const count = right.length;
  const isUsed = new Uint8Array(count).fill(1);
  for (let column = 0; column < count; column++) {
    for (let row = column; row < count; row++) {
      let sum = matrix[row * count + column];
      for (let inner = 0; inner < column; inner++) sum -= matrix[row * count + inner] * matrix[column * count + inner];
      if (row > column) matrix[row * count + column] = isUsed[column] === 1 ? sum / matrix[column * count + column] : 0;
      else if (sum > least) matrix[row * count + column] = Math.sqrt(sum);
      else {
        matrix[row * count + column] = 1;
        isUsed[column] = 0;
        matrix.fill(0, column * count, column * count + column);
      }
    }
  }
  const solution = right.slice();
  for (let row = 0; row < count; row++) {
    for (let inner = 0; inner < row; inner++) solution[row] -= matrix[row * count + inner] * solution[inner];
    solution[row] = isUsed[row] === 1 ? solution[row] / matrix[row * count + row] : 0;
  }
  for (let row = count - 1; row >= 0; row--) {
    for (let inner = row + 1; inner < count; inner++) solution[row] -= matrix[inner * count + row] * solution[inner];
    solution[row] = isUsed[row] === 1 ? solution[row] / matrix[row * count + row] : 0;
  }
  return solution;
}

function iterate(data: Standardised, target: Float64Array, l2: number): Float64Array {
  const { columns, weights, weightSum } = data;
  const size = Math.sqrt(dot(target, target) / Math.max(1, target.length));
  return minimise(
    (point, gradient) => {
      const error = target.map((value) => -value);
      columns.forEach((values, column) => {
        for (let row = 0; row < error.length; row++) error[row] += point[column] * values[row];
      });
      let sum = 0;
      for (let row = 0; row < error.length; row++) {
        const weight = weights === null ? 1 : weights[row];
        sum += weight * error[row] * error[row];
        error[row] *= weight;
      }
      columns.forEach((values, column) => {
        gradient[column] = (dot(error, values) + l2 * point[column]) / weightSum;
        sum += l2 * point[column] * point[column];
      });
      return sum / weightSum / 2;
    },
    new Float64Array(columns.length),
    size * 1e-9,
    300,
  );
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < first.length; row++) sum += first[row] * second[row];
  return sum;
}
