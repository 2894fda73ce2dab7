import { pow } from "../arithmetic/power.js";
import { createRandom } from "../random/random.js";
import { ParzenMixture } from "./parzen-mixture.js";
import type { Axis } from "./unit-space.js";

/** A point that was tried. `score`: lower is better; null: failed, or still running. */
export interface Observation {
  readonly point: readonly number[];
  readonly score: number | null;
}

/** Points that are spread evenly before the densities say anything. */
export const STARTING_POINTS = 6;
const CANDIDATES = 48;

/**
 * The next point by the tree-structured Parzen estimator: of candidates drawn where good points are dense, the one whose
 * density among the good exceeds that among the others most. Points that failed or still run count as others, so that
 * parallel trials keep their distance.
 *
 * Cost: O(candidates · points · axes).
 *
 * @see Bergstra, Bardenet, Bengio, Kégl 2011, Algorithms for hyper-parameter optimization
 */
export function nextPoint(axes: readonly Axis[], observed: readonly Observation[], seed: number, draw: number): number[] {
  const scored = observed.filter((one): one is Observation & { score: number } => one.score !== null);
  if (scored.length < STARTING_POINTS) return spreadPoint(axes.length, seed, draw);
  const ranked = [...scored].sort((a, b) => a.score - b.score);
  const good = ranked.slice(0, Math.min(25, Math.ceil(0.15 * scored.length)));
  const isGood = new Set<Observation>(good);
  const others = observed.filter((one) => !isGood.has(one));
  // The best weighs most: what is good enough to be among the good by little says little.
  const goodWeights = good.map((_, rank) => 1 - rank / (good.length + 1));
  const random = createRandom(seed).fork(draw);
  const pointsOf = (some: readonly Observation[]) => some.map(({ point }) => point);
  const near = new ParzenMixture(axes, pointsOf(good), goodWeights, 0.3);
  const far = new ParzenMixture(
    axes,
    pointsOf(others),
    others.map(() => 1),
    1,
  );
  let best = near.sample(random);
  let bestGain = near.logDensity(best) - far.logDensity(best);
  for (let candidate = 1; candidate < CANDIDATES; candidate++) {
    const point = near.sample(random);
    const gain = near.logDensity(point) - far.logDensity(point);
    if (gain > bestGain) [best, bestGain] = [point, gain];
  }
  return best;
}

/**
 * Point `draw` of a sequence that fills the cube evenly, moved by the seed.
 *
 * @see Roberts 2018, The unreasonable effectiveness of quasirandom sequences
 */
function spreadPoint(axisCount: number, seed: number, draw: number): number[] {
  let ratio = 2;
  for (let step = 0; step < 40; step++) ratio = pow(1 + ratio, 1 / (axisCount + 1));
  const random = createRandom(seed);
  return Array.from({ length: axisCount }, (_, axis) => {
    const place = random.next() + draw * pow(ratio, -(axis + 1));
    return place - Math.floor(place);
  });
}
