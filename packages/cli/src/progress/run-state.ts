import type { RunEvent, RunResult } from "@atalaya/run";

export interface StepState {
  readonly name: string;
  readonly status: "waiting" | "running" | "done" | "failed";
  /** Milliseconds since 1970; null before it started. */
  readonly startedAt: number | null;
  readonly done: number;
  /** Null: nobody knows how much there is. */
  readonly total: number | null;
  readonly unit: string;
  readonly text: string | null;
  /** The outcome in one line, once it is done. */
  readonly summary: string | null;
  readonly seconds: number | null;
  /** An earlier process had done it. */
  readonly replayed: boolean;
}

/** Everything that the progress of one run shows. */
export interface RunState {
  readonly pipeline: string;
  readonly run: string;
  readonly resumed: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly steps: readonly StepState[];
  readonly result: RunResult | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

const waiting = (name: string): StepState => ({
  name,
  status: "waiting",
  startedAt: null,
  done: 0,
  total: null,
  unit: "",
  text: null,
  summary: null,
  seconds: null,
  replayed: false,
});

/** The state after one more event. Pure; `null` before the run started. Events that come before the start are no state. */
export function advance(state: RunState | null, event: RunEvent): RunState | null {
  if (event.type === "run-started") return begin(event);
  if (state === null || event.run !== state.run) return state;
  switch (event.type) {
    case "step-started":
      return withStep(state, event.step, (step) => ({ ...step, status: "running", startedAt: event.at }));
    case "step-progress": {
      const { done, total, unit, text } = event;
      return withStep(state, event.step, (step) => ({
        ...step,
        status: "running",
        startedAt: step.startedAt ?? event.at,
        done,
        total,
        unit,
        text,
      }));
    }
    case "step-done": {
      const { summary, seconds, replayed } = event;
      return withStep(state, event.step, (step) => ({ ...step, status: "done", summary, seconds, replayed }));
    }
    case "run-done":
      return { ...state, endedAt: event.at, result: event.result };
    case "run-failed":
      return {
        ...state,
        endedAt: event.at,
        failure: { code: event.code, message: event.message },
        steps: state.steps.map((step) => (step.status === "running" ? { ...step, status: "failed" } : step)),
      };
    case "note":
      return state;
  }
}

function begin(event: Extract<RunEvent, { type: "run-started" }>): RunState {
  return {
    pipeline: event.pipeline,
    run: event.run,
    resumed: event.resumed,
    startedAt: event.at,
    endedAt: null,
    steps: event.steps.map(waiting),
    result: null,
    failure: null,
  };
}

/** A step that the start did not announce is added behind the others: progress never hides work. */
function withStep(state: RunState, name: string, change: (step: StepState) => StepState): RunState {
  const isKnown = state.steps.some((step) => step.name === name);
  const steps = isKnown ? state.steps : [...state.steps, waiting(name)];
  return { ...state, steps: steps.map((step) => (step.name === name ? change(step) : step)) };
}

/**
 * Seconds that a running step still needs when it goes on as fast as it went; null as long as nobody can say: no total,
 * nothing done, or under two seconds of it seen.
 */
export function secondsLeft(step: StepState, now: number): number | null {
  if (step.status !== "running" || step.startedAt === null || step.total === null) return null;
  const elapsed = (now - step.startedAt) / 1_000;
  if (elapsed < 2 || step.done <= 0 || step.done > step.total) return null;
  return (elapsed * (step.total - step.done)) / step.done;
}
