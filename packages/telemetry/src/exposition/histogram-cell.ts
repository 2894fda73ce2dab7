import { line } from "./series.js";

/** Counts of one series of a histogram: some additions a value. */
export class HistogramCell {
  readonly bounds: readonly number[];
  /** Values by bucket, the last one without an upper bound. */
  readonly #buckets: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#buckets = new Float64Array(bounds.length + 1);
  }

  get count(): number {
    return this.#count;
  }

  /** What is no number is not counted. */
  observe(value: number): void {
    if (Number.isNaN(value)) return;
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.#buckets[bucket]!++;
    this.#sum += value;
    this.#count++;
  }

  text(name: string, labels: string): string {
    const before = labels === "" ? "" : `${labels},`;
    let below = 0;
    let text = "";
    for (const [bucket, bound] of this.bounds.entries()) {
      below += this.#buckets[bucket]!;
      text += `${name}_bucket{${before}le="${bound}"} ${below}\n`;
    }
    text += `${name}_bucket{${before}le="+Inf"} ${this.#count}\n`;
    return text + line(`${name}_sum`, labels, this.#sum) + line(`${name}_count`, labels, this.#count);
  }
}
