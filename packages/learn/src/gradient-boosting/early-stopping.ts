import type { EnsembleBuilder } from "../trees/ensemble-builder.js";
import type { Loss } from "./loss.js";

/** Watches the loss on rows that no tree learned from. */
export class EarlyStopping {
  /** Rounds of the best model so far; 0: the base alone. */
  bestRounds = 0;
  private bestLoss: number;
  private readonly scores: Float64Array[];

  constructor(
    private readonly columns: readonly Float64Array[],
    private readonly target: ArrayLike<number>,
    private readonly loss: Loss,
    private readonly patience: number,
  ) {
    this.scores = Array.from(loss.base, (base) => new Float64Array(target.length).fill(base));
    this.bestLoss = loss.measure(this.scores, target);
  }

  addTree(builder: EnsembleBuilder, output: number): void {
    builder.addLastTree(this.columns, null, this.target.length, this.scores[output]);
  }

  /** To be asked after each round, counted from 0: true when the loss has not fallen for `patience` rounds. */
  shouldEnd(round: number): boolean {
    const loss = this.loss.measure(this.scores, this.target);
    if (loss < this.bestLoss) {
      this.bestLoss = loss;
      this.bestRounds = round + 1;
    }
    return round + 1 - this.bestRounds >= this.patience;
  }
}
