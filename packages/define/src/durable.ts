/** What the body of a durable workflow may use. Outside `step` it must be deterministic: no clock, no chance, no I/O. */
export interface DurableRun {
  readonly id: string;
  readonly signal: AbortSignal;
  /**
   * Does a piece of work once and keeps its result; after a crash a finished step is not done again. The result must be
   * JSON: pass references to data, not the data. Steps run at least once, so the work has to be idempotent.
   */
  step<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result>;
  note(key: string, value: number | string | boolean | null): void;
}

export interface DurableDefinition {
  readonly name: string;
  readonly work: (run: DurableRun) => Promise<unknown>;
}

const DURABLE = Symbol.for("atalaya.durable");

export interface Durable {
  readonly [DURABLE]: true;
  readonly definition: DurableDefinition;
}

/** The plain workflow that a chain of verbs compiles to, for work that no chain can say. */
export function durable(name: string, work: (run: DurableRun) => Promise<unknown>): Durable {
  return { [DURABLE]: true, definition: { name, work } };
}

/** True for what `durable` made, even in another copy of this package. */
export function isDurable(value: unknown): value is Durable {
  return typeof value === "object" && value !== null && DURABLE in value;
}
