import type { ScoringModel } from "./scoring-model.js";

/** Share of the newest observation in what is known. */
const NEWEST = 0.2;
/** How much dearer one observation can make a row: a thread that had to wait for a processor says nothing about the model. */
const STEEPEST = 1.05;
const EXPLAINED_ROWS = 5;
const REPEATS = 3;
/** What an explanation takes beside a prediction, as long as none was timed. */
const EXPLAIN_FACTOR = 30;

/** What rows of a model take: measured when it is loaded and at every request since, to tell work for this thread from work for another. */
export class ScoringCost {
  readonly bytesPerRow: number;
  #predictMs: number;
  #explainMs: number;

  constructor(bytesPerRow: number, predictMsPerRow: number, explainMsPerRow: number) {
    this.bytesPerRow = bytesPerRow;
    this.#predictMs = predictMsPerRow;
    this.#explainMs = explainMsPerRow;
  }

  /** What a body of so many bytes will take, roughly. */
  estimateMs(bytes: number, isExplained: boolean): number {
    return Math.max(1, bytes / this.bytesPerRow) * (isExplained ? this.#explainMs : this.#predictMs);
  }

  /** Times explanations, once they are quick. */
  measureExplaining(scoring: ScoringModel): void {
    const few = scoring.sample.slice(0, EXPLAINED_ROWS);
    if (few.length > 0) this.#explainMs = leastOf(() => scoring.explain(scoring.read(few).frame)) / few.length;
  }

  /** What so many rows took, on whatever thread. */
  observe(rows: number, milliseconds: number, isExplained: boolean): void {
    if (rows === 0) return;
    const each = milliseconds / rows;
    if (isExplained) this.#explainMs = moved(this.#explainMs, each);
    else this.#predictMs = moved(this.#predictMs, each);
  }
}

function moved(known: number, observed: number): number {
  return Math.min(known + (observed - known) * NEWEST, known * STEEPEST);
}

/** Times the rows that the model was replayed on; a few milliseconds. */
export function measureCost(scoring: ScoringModel): ScoringCost {
  const { sample } = scoring;
  if (sample.length === 0) return new ScoringCost(100, 0, 0);
  const text = JSON.stringify(sample);
  const predictMs = leastOf(() => scoring.predict(scoring.read(JSON.parse(text) as unknown[]).frame)) / sample.length;
  return new ScoringCost(text.length / sample.length, predictMs, predictMs * EXPLAIN_FACTOR);
}

/** The least time is the one that nothing else disturbed. */
function leastOf(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
