import type { Random } from "../random/random.js";

/** Draws features without repeating one; the order of the draws is the order in which a split search looks. */
export class FeatureSampler {
  private readonly order: Int32Array;
  private drawn = 0;

  constructor(private readonly featureCount: number) {
    this.order = new Int32Array(featureCount);
  }

  /** Back to the natural order, so that a tree does not depend on the trees before it. */
  reset(): void {
    for (let feature = 0; feature < this.featureCount; feature++) this.order[feature] = feature;
    this.drawn = 0;
  }

  /** Begins a new draw. */
  start(): void {
    this.drawn = 0;
  }

  /** The next feature, -1 when all were drawn. */
  next(random: Random): number {
    if (this.drawn === this.featureCount) return -1;
    const { order, drawn } = this;
    const position = drawn + random.integer(this.featureCount - drawn);
    const feature = order[position];
    order[position] = order[drawn];
    order[drawn] = feature;
    this.drawn++;
    return feature;
  }
}
