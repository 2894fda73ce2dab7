import type { ScoringModel } from "./scoring-model.js";

/** What rows of a model take, measured when it was loaded: to tell work for this thread from work for another. */
export interface ScoringCost {
  readonly bytesPerRow: number;
  readonly predictMsPerRow: number;
  readonly explainMsPerRow: number;
}

const NOTHING: ScoringCost = { bytesPerRow: 100, predictMsPerRow: 0, explainMsPerRow: 0 };
const EXPLAINED_ROWS = 5;

/** Times the rows that the model was replayed on; a few milliseconds. */
export function measureCost(scoring: ScoringModel): ScoringCost {
  const { sample } = scoring;
  if (sample.length === 0) return NOTHING;
  const text = JSON.stringify(sample);
  const predictMs = timed(() => scoring.predict(scoring.read(JSON.parse(text) as unknown[]).frame));
  const few = sample.slice(0, EXPLAINED_ROWS);
  const explainMs = timed(() => scoring.explain(scoring.read(few).frame));
  return {
    bytesPerRow: text.length / sample.length,
    predictMsPerRow: predictMs / sample.length,
    explainMsPerRow: explainMs / few.length,
  };
}

/** What a body of so many bytes will take, roughly. */
export function estimateMs(
  { bytesPerRow, predictMsPerRow, explainMsPerRow }: ScoringCost,
  bytes: number,
  explain: boolean,
): number {
  const rows = Math.max(1, bytes / bytesPerRow);
  return rows * (predictMsPerRow + (explain ? explainMsPerRow : 0));
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
