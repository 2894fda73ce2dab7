import type { Loss } from "./loss.js";

/** Watches the loss on rows that no tree learned from. */
export class EarlyStopping {
  /** Rounds of the best model so far; 0: none of them. */
  bestRounds = 0;
  private bestLoss = Number.POSITIVE_INFINITY;

  constructor(
    private readonly target: ArrayLike<number>,
    private readonly loss: Loss,
    private readonly patience: number,
  ) {}

  /** @param scores  [output][validation row] before the first round */
  start(scores: readonly Float64Array<ArrayBufferLike>[]): void {
    this.bestLoss = this.loss.measure(scores, this.target);
  }

  /** To be asked after each round, counted from 0: true when the loss has not fallen for `patience` rounds. */
  shouldEnd(round: number, scores: readonly Float64Array<ArrayBufferLike>[]): boolean {
    const loss = this.loss.measure(scores, this.target);
    if (loss < this.bestLoss) {
      this.bestLoss = loss;
      this.bestRounds = round + 1;
    }
    return round + 1 - this.bestRounds >= this.patience;
  }
}
