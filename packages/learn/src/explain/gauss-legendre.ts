/** Points in (0, 1) and weights: `Σ weight · f(point)` is the integral of f over (0, 1), exact to degree 2 · points − 1. */
export interface Quadrature {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** Halvings after which an interval within [-1, 1] holds no number between its ends. */
const HALVINGS = 60;
const known = new Map<number, Quadrature>();

/**
 * Gauss–Legendre quadrature with `count` points, 0 or more; made once per count.
 *
 * The roots of P_n lie between those of P_(n-1), so halving finds each of them without a starting guess, whose cosine
 * differs from engine to engine. Cost: O(count³), once.
 *
 * @see Abramowitz, Stegun 1964, 25.4.29
 */
export function gaussLegendre(count: number): Quadrature {
  let quadrature = known.get(count);
  if (quadrature === undefined) {
    quadrature = computeQuadrature(count);
    known.set(count, quadrature);
  }
  return quadrature;
}

function computeQuadrature(count: number): Quadrature {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  rootsOf(count).forEach((root, position) => {
    // P'_n(x) (1 − x²) = n (P_(n-1)(x) − x P_n(x)), and P_n is zero here.
    const slope = (count * legendre(count - 1, root)) / (1 - root * root);
    points[position] = (1 + root) / 2;
    weights[position] = 1 / ((1 - root * root) * slope * slope);
  });
  return { points, weights };
}

/** Roots of the Legendre polynomial of a degree, ascending. */
function rootsOf(degree: number): number[] {
  let roots: number[] = [];
  for (let step = 1; step <= degree; step++) {
    const ends = [-1, ...roots, 1];
    roots = Array.from({ length: step }, (_, position) => rootBetween(step, ends[position], ends[position + 1]));
  }
  return roots;
}

function rootBetween(degree: number, from: number, to: number): number {
  let low = from;
  let high = to;
  const isRising = legendre(degree, high) > legendre(degree, low);
  for (let step = 0; step < HALVINGS; step++) {
    const middle = low + (high - low) / 2;
    const value = legendre(degree, middle);
    if (value === 0) return middle;
    if (value < 0 === isRising) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

function legendre(degree: number, at: number): number {
  let before = 1;
  if (degree === 0) return before;
  let value = at;
  for (let step = 2; step <= degree; step++) {
    const next = ((2 * step - 1) * at * value - (step - 1) * before) / step;
    before = value;
    value = next;
  }
  return value;
}
