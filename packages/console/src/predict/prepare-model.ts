import { useEffect } from "react";
import type { PageModel } from "./page-model.js";

/** Left of the time that the browser gives before it wants to draw. */
const LEAST_MS = 2;
const STEPS_MS = 6;

/**
 * Makes the explanations of a model quick, step by step while the page has nothing else to do. Who asks for an explanation
 * before it is ready waits for the rest of it once.
 */
export function usePreparedExplanations({ scorer }: PageModel): void {
  useEffect(() => {
    const steps = scorer.prepareExplanations();
    let isOver = false;
    const work = (hasTime: () => boolean): void => {
      while (!isOver && hasTime()) isOver = steps.next().done === true;
      if (!isOver) whenIdle(work);
    };
    whenIdle(work);
    return () => {
      isOver = true;
    };
  }, [scorer]);
}

/** Safari has no idle callback; a pause between short stretches of work does the same. */
function whenIdle(work: (hasTime: () => boolean) => void): void {
  if (typeof requestIdleCallback === "function") {
    requestIdleCallback((deadline) => work(() => deadline.timeRemaining() > LEAST_MS), { timeout: 1_000 });
    return;
  }
  setTimeout(() => {
    const end = performance.now() + STEPS_MS;
    work(() => performance.now() < end);
  }, STEPS_MS);
}
