import { isAtalayaError } from "@atalaya/errors";
import type { Store } from "@atalaya/store";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { outlast } from "../durability/outlast.js";
import type { RunEvent } from "../events.js";

/** What a step leaves behind: references and small facts, never tables, for the database keeps every outcome. */
export interface StepOutcome {
  /** One line about it, for people. */
  readonly summary: string;
  /** What the audit row of the step says. */
  readonly audit?: StepFacts;
}

export interface StepFacts {
  readonly dataset?: string;
  readonly rowsIn?: number;
  readonly rowsOut?: number;
  readonly parameters?: unknown;
  readonly metrics?: unknown;
}

export interface StepReporter {
  progress(done: number, total: number | null, unit: string, text?: string): void;
  note(text: string): void;
}

/** Steps whose effect others see at once: a version, and what serves. */
const VISIBLE_STEPS: ReadonlySet<string> = new Set(["register", "promote"]);

/** Does the steps of one run, each once, and tells what happens. */
export class StepClock {
  constructor(
    readonly run: string,
    readonly pipeline: string,
    readonly emit: (event: RunEvent) => void,
    /** Fires when this process stops. */
    readonly signal: AbortSignal,
    /** Fires when somebody has cancelled this run. */
    readonly cancellation: AbortController,
    readonly store: Pick<Store, "database">,
  ) {}

  /**
   * One durable step. After a crash a finished step is not done again: its outcome is read back and told as `replayed`.
   * An error that says it is retryable is tried three times.
   */
  async step<Outcome extends StepOutcome>(name: string, work: (report: StepReporter) => Promise<Outcome>): Promise<Outcome> {
    const { run, pipeline } = this;
    const started = Date.now();
    let worked = false;
    this.emit({ type: "step-started", run, pipeline, step: name, at: started });
    const outcome = await this.durable(name, () => {
      worked = true;
      return work(this.reporter(name));
    });
    const at = Date.now();
    const seconds = (at - started) / 1_000;
    this.emit({ type: "step-done", run, pipeline, step: name, summary: outcome.summary, replayed: !worked, seconds, at });
    return outcome;
  }

  /** A step of the chain that is made of durable pieces; the body between them must be deterministic. */
  async group<Outcome>(
    name: string,
    work: (report: StepReporter) => Promise<{ readonly outcome: Outcome; readonly summary: string }>,
  ): Promise<Outcome> {
    const { run, pipeline } = this;
    const started = Date.now();
    this.emit({ type: "step-started", run, pipeline, step: name, at: started });
    const { outcome, summary } = await work(this.reporter(name));
    const at = Date.now();
    this.emit({ type: "step-done", run, pipeline, step: name, summary, replayed: false, seconds: (at - started) / 1_000, at });
    return outcome;
  }

  /** A durable piece of work inside a step of the chain, such as one trial: no events of its own. */
  durable<Outcome>(name: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const whole = () => this.#unlessCancelled(name, () => this.#outlasting(name, work));
    return DBOS.runStep(() => this.#unlessStopping(whole), {
      name,
      retriesAllowed: true,
      maxAttempts: 3,
      intervalSeconds: 1,
      shouldRetry: (error) => isAtalayaError(error) && error.retryable,
    });
  }

  /** PostgreSQL that is restarted is waited for, and the step done again: each is keyed by run and name. */
  #outlasting<Outcome>(name: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const signal = AbortSignal.any([this.signal, this.cancellation.signal]);
    return outlast(this.store, work, { signal, say: this.reporter(name).note });
  }

  /**
   * A process that stops leaves its step as a killed one would: neither done nor failed, so that the next process does it
   * again. A step cut short must not be kept as an outcome, so it never ends here.
   */
  async #unlessStopping<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await work();
      return this.signal.aborted ? await never<Outcome>() : outcome;
    } catch (error) {
      if (this.signal.aborted) return never<Outcome>();
      throw error;
    }
  }

  /**
   * The step of a cancelled run ends at once, whether its work can stop or not: what that still brings is dropped. A step that
   * others see the effect of ends by itself, so that nobody is told that it did not happen.
   */
  async #unlessCancelled<Outcome>(name: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const { cancellation } = this;
    const cancelled = DBOS.stepStatus?.cancelSignal;
    if (cancelled === undefined) return work();
    let onCancel = (): void => {};
    const end = new Promise<never>((_resolve, reject) => {
      onCancel = () => {
        cancellation.abort();
        if (!VISIBLE_STEPS.has(name)) reject(new Error(`Run ${this.run} was cancelled during ${name}.`));
      };
    });
    cancelled.addEventListener("abort", onCancel, { once: true });
    // Where the work ends first, nobody waits for the end of the run any more.
    end.catch(() => {});
    try {
      return await Promise.race([work(), end]);
    } finally {
      cancelled.removeEventListener("abort", onCancel);
    }
  }

  /** True when the run was cancelled and does not wait for what this step brings. */
  isDropped(step: string): boolean {
    return this.cancellation.signal.aborted && !VISIBLE_STEPS.has(step);
  }

  reporter(step: string): StepReporter {
    const { run, pipeline, emit } = this;
    return {
      progress: (done, total, unit, text) =>
        emit({ type: "step-progress", run, pipeline, step, done, total, unit, text: text ?? null, at: Date.now() }),
      note: (text) => emit({ type: "note", run, pipeline, step, text, at: Date.now() }),
    };
  }
}

function never<Value>(): Promise<Value> {
  return new Promise<Value>(() => {});
}
