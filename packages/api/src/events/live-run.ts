import type { RunEvent } from "@atalaya/run";

export type StepStatus = "waiting" | "running" | "done" | "failed" | "cancelled";

export interface LiveStep {
  readonly name: string;
  readonly status: StepStatus;
  /** Milliseconds since 1970; null before it started. */
  readonly startedAt: number | null;
  readonly seconds: number | null;
  readonly progress: { readonly done: number; readonly total: number | null; readonly unit: string } | null;
  /** One line about the outcome, or about how far it is. */
  readonly summary: string | null;
  /** An earlier process had done it. */
  readonly replayed: boolean;
  readonly notes: readonly string[];
}

export interface LiveRun {
  readonly run: string;
  readonly pipeline: string;
  readonly steps: readonly LiveStep[];
}

const waiting = (name: string): LiveStep => ({
  name,
  status: "waiting",
  startedAt: null,
  seconds: null,
  progress: null,
  summary: null,
  replayed: false,
  notes: [],
});

/** The state after one more event; null before the run started. Pure. */
export function advance(state: LiveRun | null, event: RunEvent): LiveRun | null {
  if (event.type === "run-started") return { run: event.run, pipeline: event.pipeline, steps: event.steps.map(waiting) };
  if (state === null) return null;
  switch (event.type) {
    case "step-started":
      return withStep(state, event.step, (step) => ({ ...step, status: "running", startedAt: event.at }));
    case "step-progress": {
      const { done, total, unit, text } = event;
      return withStep(state, event.step, (step) => ({
        ...step,
        status: "running",
        startedAt: step.startedAt ?? event.at,
        progress: { done, total, unit },
        summary: text,
      }));
    }
    case "step-done": {
      const { summary, seconds, replayed } = event;
      return withStep(state, event.step, (step) => ({ ...step, status: "done", summary, seconds, replayed, progress: null }));
    }
    case "note":
      return withStep(state, event.step, (step) => ({ ...step, notes: [...step.notes, event.text].slice(-100) }));
    case "run-failed":
      return {
        ...state,
        steps: state.steps.map((step) =>
          step.status === "running"
            ? { ...step, status: event.code === "RUN_CANCELLED" ? "cancelled" : "failed", summary: event.message }
            : step,
        ),
      };
    case "run-done":
      return state;
  }
}

/** A step that the start did not announce is added behind the others: nothing that happens is hidden. */
function withStep(state: LiveRun, name: string, change: (step: LiveStep) => LiveStep): LiveRun {
  const isKnown = state.steps.some((step) => step.name === name);
  const steps = isKnown ? state.steps : [...state.steps, waiting(name)];
  return { ...state, steps: steps.map((step) => (step.name === name ? change(step) : step)) };
}
