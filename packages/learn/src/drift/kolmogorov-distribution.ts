import { exp } from "../arithmetic/exponential.js";
import { stirlingError } from "../arithmetic/gamma.js";
import { log1p } from "../arithmetic/logarithm.js";
import { pow } from "../arithmetic/power.js";

const PI = Math.PI;
const ROOT_TWO_PI = Math.sqrt(2 * PI);

/**
 * Chance that the largest distance between a continuous distribution function and that of `rows` values drawn from it is
 * `distance` or more. Methods by region as in SciPy's `kstwo`; right to about 1e-9 relative.
 *
 * @see Simard, L'Ecuyer 2011, Computing the two-sided Kolmogorov-Smirnov distribution
 */
export function kolmogorovTail(rows: number, distance: number): number {
  if (distance >= 1) return 0;
  const reach = rows * distance;
  if (reach <= 0.5) return 1;
  const size = reach * distance;
  if (size >= 370) return 0;
  if (distance >= 0.5 || size >= (rows <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSidedTail(rows, distance));
  return Math.min(1, Math.max(0, 1 - (rows <= 140 ? durbinMatrix(rows, distance) : pelzGood(rows, distance))));
}

/** Terms that are enough: between them the summand is smooth, and all of its derivatives vanish at both ends. */
const TERMS = 1_024;

/**
 * Chance that the one-sided distance is `distance` or more: Smirnov's sum, all of whose terms are positive. With many rows
 * every so many terms stand for those between them (the trapezoidal rule, exact to rounding for such a summand).
 */
function oneSidedTail(rows: number, distance: number): number {
  const last = Math.floor(rows * (1 - distance));
  const stride = Math.max(1, Math.floor(rows / TERMS));
  let sum = 0;
  for (let row = stride; row <= last; row += stride) sum += smirnovTerm(rows, distance, row);
  return distance * stride * sum + exp(rows * log1p(-distance));
}

/** C(n, j) (x + j/n)^(j-1) (1 − x − j/n)^(n-j), 0 < j < n, as a binomial chance times what x changes. */
function smirnovTerm(rows: number, x: number, row: number): number {
  const rest = rows - row;
  const share = row / rows;
  if (rest === 0) return 0;
  const remaining = 1 - x - share;
  if (remaining <= 0) return 0;
  const change = row * log1p(x / share) + rest * log1p((-x * rows) / rest);
  const density = exp(stirlingError(rows) - stirlingError(row) - stirlingError(rest) + change);
  return (density * Math.sqrt(rows / (2 * PI * row * rest))) / (x + share);
}

/** P(distance < d) by the matrix of Durbin 1968, as Marsaglia, Tsang and Wang 2003 compute its power. */
function durbinMatrix(rows: number, distance: number): number {
  const reach = rows * distance;
  const k = Math.ceil(reach);
  const h = k - reach;
  const size = 2 * k - 1;
  let power = matrixOfSteps(size, h);
  let product: Float64Array | null = null;
  let [scale, productScale] = [0, 0];
  for (let left = rows; left > 0; left >>= 1) {
    if (left % 2 === 1) {
      product = product === null ? power : multiply(product, power, size);
      productScale += scale;
    }
    power = multiply(power, power, size);
    scale *= 2;
    if (power[(k - 1) * size + k - 1] > 1e140) {
      power = power.map((value) => value * 1e-140);
      scale += 140;
    }
  }
  let chance = product === null ? 0 : product[(k - 1) * size + k - 1];
  for (let row = 1; row <= rows; row++) {
    chance = (chance * row) / rows;
    if (chance < 1e-140) {
      chance *= 1e140;
      productScale -= 140;
    }
  }
  return chance * pow(10, productScale);
}

function matrixOfSteps(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  const inverseFactorial = new Float64Array(size + 1);
  inverseFactorial[0] = 1;
  for (let n = 1; n <= size; n++) inverseFactorial[n] = inverseFactorial[n - 1] / n;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const steps = row - column + 1;
      if (steps >= 0) matrix[row * size + column] = inverseFactorial[steps];
    }
  }
  for (let row = 0; row < size; row++) {
    const lost = pow(h, row + 1) * inverseFactorial[row + 1];
    matrix[row * size] -= lost;
    const last = size - 1;
    matrix[last * size + last - row] = matrix[row * size];
  }
  const corner = 1 - 2 * pow(h, size) + (2 * h > 1 ? pow(2 * h - 1, size) : 0);
  matrix[(size - 1) * size] = corner * inverseFactorial[size];
  return matrix;
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const factor = a[row * size + inner];
      if (factor === 0) continue;
      for (let column = 0; column < size; column++) product[row * size + column] += factor * b[inner * size + column];
    }
  }
  return product;
}

/**
 * P(distance < d) by the expansion of Pelz and Good 1976 in powers of 1/√n: K0 + K1/√n + K2/n + K3/n^1.5, each by Jacobi
 * theta functions.
 */
function pelzGood(rows: number, distance: number): number {
  const z = Math.sqrt(rows) * distance;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const pi2 = PI * PI;
  const pi4 = pi2 * pi2;
  const pi6 = pi4 * pi2;
  if (z < 0.042) return 0;
  const sums = [0, 0, 0, 0];
  for (let k = Math.ceil((16 * z) / PI); k >= 1; k--) {
    const odd = 2 * k - 1;
    const m2 = odd * odd;
    const m4 = m2 * m2;
    const weight = exp((-pi2 * m2) / (8 * z2));
    const k2 = k * k;
    const even = exp((-pi2 * k2) / (2 * z2)) * k2;
    sums[0] += weight / z;
    sums[1] += (weight * (-z2 + (pi2 / 4) * m2)) / (6 * z4);
    sums[2] += (weight * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * m2) / 4 + (pi4 * (1 - 2 * z2) * m4) / 16)) / (72 * z6 * z);
    sums[2] -= (even * pi2) / (36 * z2 * z);
    const cubic = (pi2 * (135 * z4 - 96 * z6) * m2) / 4 + (pi4 * (-60 * z2 + 212 * z4) * m4) / 16;
    sums[3] += (weight * (-30 * z6 - 90 * z4 * z4 + cubic + (pi6 * (5 - 30 * z2) * m4 * m2) / 64)) / (6480 * z6 * z4);
    sums[3] += (even * pi2 * (3 * z2 - pi2 * k2)) / (216 * z6);
  }
  const root = Math.sqrt(rows);
  return ROOT_TWO_PI * (sums[0] + sums[1] / root + sums[2] / rows + sums[3] / (rows * root));
}
