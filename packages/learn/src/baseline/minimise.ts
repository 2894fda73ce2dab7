/** Value of a function at a point, and its gradient, which it writes. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const HISTORY = 12;
const LEAST_STEP = 1e-12;

/**
 * The point at which a smooth convex function is least, by L-BFGS with backtracking from the given point. Ends when every
 * part of the gradient is below `tolerance`, or the steps. One thread, fixed order of sums: the same bits everywhere.
 *
 * @see Nocedal, Wright 2006, Numerical optimization, algorithm 7.5
 */
export function minimise(objective: Objective, start: Float64Array, tolerance: number, steps: number): Float64Array {
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  const history: { readonly moved: Float64Array; readonly turned: Float64Array; readonly scale: number }[] = [];
  for (let step = 0; step < steps && !gradient.every((part) => Math.abs(part) <= tolerance); step++) {
    const direction = descentOf(gradient, history);
    const slope = dot(direction, gradient);
    const next = new Float64Array(point.length);
    const nextGradient = new Float64Array(point.length);
    // The first step has no curvature yet: not longer than 1.
    let size = step === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let nextValue = Number.POSITIVE_INFINITY;
    for (; size > LEAST_STEP; size /= 2) {
      for (let part = 0; part < point.length; part++) next[part] = point[part] + size * direction[part];
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * size * slope) break;
    }
    // No lower point can be told apart any more.
    if (size <= LEAST_STEP) return point;
    const moved = next.map((part, place) => part - point[place]);
    const turned = nextGradient.map((part, place) => part - gradient[place]);
    const curvature = dot(moved, turned);
    if (curvature > 0) history.push({ moved, turned, scale: 1 / curvature });
    if (history.length > HISTORY) history.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return point;
}

type History = readonly { readonly moved: Float64Array; readonly turned: Float64Array; readonly scale: number }[];

function descentOf(gradient: Float64Array, history: History): Float64Array {
  const direction = gradient.map((part) => -part);
  const shares: number[] = [];
  for (const { moved, turned, scale } of [...history].reverse()) {
    const share = scale * dot(moved, direction);
    shares.push(share);
    for (let part = 0; part < direction.length; part++) direction[part] -= share * turned[part];
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const factor = 1 / (last.scale * dot(last.turned, last.turned));
    for (let part = 0; part < direction.length; part++) direction[part] *= factor;
  }
  for (const { moved, turned, scale } of history) {
    const share = (shares.pop() ?? 0) - scale * dot(turned, direction);
    for (let part = 0; part < direction.length; part++) direction[part] += share * moved[part];
  }
  return direction;
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let part = 0; part < first.length; part++) sum += first[part] * second[part];
  return sum;
}
