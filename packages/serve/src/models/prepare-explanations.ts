import { setImmediate as nextTurn } from "node:timers/promises";
import type { ServedModel } from "./served-model.js";

/** Longest that requests wait for a turn of it. */
const TURN_MS = 2;
/** Explanations after the last step, so that the compiler has seen the code: the first callers do not pay for it. */
const WARM_UP_TURNS = 25;
let isWarm = false;

/** Makes a version's explanations quick, between requests. Resolves when they are, or the signal is given. */
export async function prepareExplanations({ scoring, cost }: ServedModel, signal: AbortSignal): Promise<void> {
  const steps = scoring.prepareExplanations?.();
  if (steps === undefined) return;
  while (takeSteps(steps)) {
    await nextTurn();
    if (signal.aborted) return;
  }
  for (let turn = 0; turn < WARM_UP_TURNS && !isWarm && scoring.example !== null; turn++) {
    const end = performance.now() + TURN_MS;
    while (performance.now() < end) scoring.explain(scoring.read([scoring.example]).frame);
    await nextTurn();
    if (signal.aborted) return;
  }
  isWarm = true;
  cost.measureExplaining(scoring);
}

/** False: all were taken. */
function takeSteps(steps: Iterator<void, void>): boolean {
  const end = performance.now() + TURN_MS;
  while (performance.now() < end) {
    if (steps.next().done === true) return false;
  }
  return true;
}
