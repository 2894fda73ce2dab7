import type { Executor } from "@atalaya/define";
import type { AtalayaError } from "@atalaya/errors";
import type { TaskKey } from "@atalaya/store";
import type { PlacedStep } from "./placement.js";

/** Attempts that begin together: one launch may carry out all of them. */
export interface FanOut {
  /** Number in the name of the first step: of `trial 5` it is 5. The others follow one by one. */
  readonly first: number;
  readonly count: number;
}

/** One attempt at a step, to be carried out by another process. What it is given stands in its row of `tasks`. */
export interface TaskLaunch {
  readonly key: TaskKey;
  readonly pipeline: string;
  readonly placement: PlacedStep;
  /** How many times the usual memory: 2 after an attempt that ran out of it. */
  readonly memoryFactor: number;
  /** null: it is launched alone. */
  readonly fanOut: FanOut | null;
  /** Lines up to this moment are kept already, of an attempt that an earlier worker launched (RFC 3339); null: none. */
  readonly logAfter: string | null;
}

/** What the worker wants to be told while a task goes on. */
export interface TaskWatcher {
  /** A line that it printed, and when (RFC 3339). May still come after its end. */
  line(text: string, at: string): void;
  /** Nothing more will be printed. */
  lastLine(): void;
  /** Something worth telling that is no failure, such as what a pod waits for. */
  note(text: string): void;
  /** Where it is carried out, for people: the name of a Job. */
  place(text: string): void;
  /** Fires when nobody waits for it any more: it has told its outcome, or this process stops. It is not to be ended for that. */
  readonly signal: AbortSignal;
}

/** How a process or pod ended, seen from outside. What came of its work stands in its row. */
export interface TaskEnd {
  /** Why it ended without a word of its own, where that can be said; null: it ended by itself. */
  readonly failure: AtalayaError | null;
}

/** Carries tasks out in other processes. */
export interface TaskLauncher {
  /**
   * Starts the task, or finds what an earlier worker started under the same key, and waits for its end.
   *
   * @throws what makes a launch impossible, such as an image that cannot be pulled; never for an API that is away for a while
   */
  launch(task: TaskLaunch, watcher: TaskWatcher): Promise<TaskEnd>;
  /** Ends and removes whatever goes on for a run. Nothing there is no error. */
  removeRun(run: string): Promise<void>;
  /**
   * Removes what goes on for runs that are over or that nobody knows.
   *
   * @returns names of what was removed, for people
   */
  sweep(isOver: (run: string) => Promise<boolean>): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Launchers by the name of the executor; one that is absent cannot be used here. */
export type Launchers = Readonly<Partial<Record<Executor, TaskLauncher>>>;
