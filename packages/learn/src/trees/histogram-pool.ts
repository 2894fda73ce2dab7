/** Histograms of all features, one a node that may still be split: made when needed, reused from tree to tree. */
export class HistogramPool {
  private readonly free: Float64Array[] = [];
  private made = 0;
  /** Most histograms alive at once; at least 3, which is what one split needs. */
  readonly limit: number;

  /**
   * @param cells  numbers in one histogram
   * @param bytes  memory that the pool may hold
   */
  constructor(
    private readonly cells: number,
    bytes: number,
  ) {
    this.limit = Math.max(3, Math.floor(bytes / (8 * cells)));
  }

  /** A histogram of zeros, or null when all are in use. */
  take(): Float64Array | null {
    const used = this.free.pop();
    if (used !== undefined) return used.fill(0);
    if (this.made === this.limit) return null;
    this.made++;
    return new Float64Array(this.cells);
  }

  give(histogram: Float64Array): void {
    this.free.push(histogram);
  }
}
