import type { RunEvent } from "@atalaya/run";
import { advance, type LiveRun } from "./live-run.js";

/** What the console hears as it happens: steps of runs, and which parts of what it shows are out of date. */
export type ConsoleEvent =
  | { readonly type: "run"; readonly event: RunEvent }
  /** Aliases moved, so versions and overview differ. */
  | { readonly type: "models"; readonly pipeline: string }
  /** A run was cancelled, perhaps in another process. */
  | { readonly type: "runs"; readonly pipeline: string }
  /** Predictions were answered since the last event of this kind. */
  | { readonly type: "traffic"; readonly pipeline: string; readonly rows: number };

export type ConsoleListener = (event: ConsoleEvent) => void;

/** Where the parts of a process tell the console what happens; nothing is kept but the state of runs under way. */
export interface EventHub {
  tell(event: ConsoleEvent): void;
  /** @returns ends the subscription */
  listen(listener: ConsoleListener): () => void;
  /** Runs of this process that go on, and the last few that ended. */
  run(id: string): LiveRun | null;
}

/** Ended runs are in the database; their steps' lines of text are kept here for a while. */
const MOST_RUNS = 50;

export function createEventHub(): EventHub {
  const listeners = new Set<ConsoleListener>();
  const runs = new Map<string, LiveRun>();
  const keep = (event: RunEvent): void => {
    const state = advance(runs.get(event.run) ?? null, event);
    if (state === null) return;
    runs.set(event.run, state);
    for (const oldest of runs.keys()) {
      if (runs.size <= MOST_RUNS) break;
      runs.delete(oldest);
    }
  };
  return {
    tell: (event) => {
      if (event.type === "run") keep(event.event);
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    run: (id) => runs.get(id) ?? null,
  };
}
