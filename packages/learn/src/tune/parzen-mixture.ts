import { exp } from "../arithmetic/exponential.js";
import { upperGamma } from "../arithmetic/gamma.js";
import { log } from "../arithmetic/logarithm.js";
import { pow } from "../arithmetic/power.js";
import type { Random } from "../random/random.js";
import type { Axis } from "./unit-space.js";

/** Width of a kernel of a single point, and the least: shares of an axis. */
const WIDEST = 0.5;
const NARROWEST = 0.03;

/**
 * Kernel density of points of the unit cube, each weighed: a mixture of one kernel per point, which is a product over the
 * axes of normal densities cut to [0, 1] (for lists: the point's own value, or any), and of one flat kernel, the prior.
 *
 * @see Bergstra et al. 2011; Falkner, Klein, Hutter 2018 (one multivariate kernel a point)
 */
export class ParzenMixture {
  readonly #logWeights: number[];
  readonly #width: number;
  readonly #logNorms: number[][];

  /** @param points  [point][axis]; the weights' sum need not be 1 */
  constructor(
    readonly axes: readonly Axis[],
    readonly points: readonly (readonly number[])[],
    readonly weights: readonly number[],
    readonly priorWeight: number,
  ) {
    const total = weights.reduce((sum, weight) => sum + weight, priorWeight);
    this.#logWeights = [...weights, priorWeight].map((weight) => log(weight / total));
    // Scott's rule for the number of points and axes.
    this.#width = Math.min(WIDEST, Math.max(NARROWEST, 0.15 * pow(Math.max(1, points.length), -1 / (axes.length + 4))));
    this.#logNorms = points.map((point) => point.map((centre) => log(massWithin(centre, this.#width) * this.#width)));
  }

  /** A point of the cube, drawn from the mixture; half of them cross the axes of several kernels, as axes often do not interact. */
  sample(random: Random): number[] {
    const one = this.#drawKernel(random);
    const isCrossed = random.next() < 0.5;
    return this.axes.map((axis, place) => {
      const kernel = isCrossed ? this.#drawKernel(random) : one;
      const centre = this.points[kernel]?.[place];
      if (centre === undefined) return random.next();
      if (axis.choices > 0) return random.next() < this.#other() ? random.next() : centre;
      return normalWithin(centre, this.#width, random);
    });
  }

  #drawKernel(random: Random): number {
    let left = random.next();
    let kernel = 0;
    while (kernel < this.points.length && left >= exp(this.#logWeights[kernel])) left -= exp(this.#logWeights[kernel++]);
    return kernel;
  }

  /** Logarithm of the density at a point. */
  logDensity(at: readonly number[]): number {
    const logs = this.points.map((point, kernel) => {
      let sum = this.#logWeights[kernel];
      for (let axis = 0; axis < at.length; axis++) sum += this.#logKernel(this.axes[axis], point, kernel, at, axis);
      return sum;
    });
    logs.push(this.#logWeights[this.points.length]);
    const largest = Math.max(...logs);
    return largest + log(logs.reduce((sum, value) => sum + exp(value - largest), 0));
  }

  /** Share of a kernel on a list that goes to any of its values alike. */
  #other(): number {
    return 1 / (1 + Math.sqrt(this.points.length));
  }

  #logKernel({ choices }: Axis, point: readonly number[], kernel: number, at: readonly number[], axis: number): number {
    if (choices > 0) {
      const isSame = Math.floor(at[axis] * choices) === Math.floor(point[axis] * choices);
      return log(this.#other() + (isSame ? (1 - this.#other()) * choices : 0));
    }
    const distance = (at[axis] - point[axis]) / this.#width;
    return -0.5 * distance * distance - 0.9189385332046727 - this.#logNorms[kernel][axis];
  }
}

/** Share of a normal distribution that lies in [0, 1]. */
function massWithin(centre: number, width: number): number {
  return normalBelow((1 - centre) / width) - normalBelow(-centre / width);
}

/** The standard normal distribution function. */
function normalBelow(z: number): number {
  const tail = upperGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** A normal number in [0, 1] by rejection; the centre lies within, so about every third draw fits at worst. */
function normalWithin(centre: number, width: number, random: Random): number {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const value = centre + width * normal(random);
    if (value >= 0 && value <= 1) return value;
  }
  return centre;
}

/** A standard normal number (Marsaglia's polar method). */
function normal(random: Random): number {
  for (;;) {
    const x = 2 * random.next() - 1;
    const y = 2 * random.next() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * log(square)) / square);
  }
}
