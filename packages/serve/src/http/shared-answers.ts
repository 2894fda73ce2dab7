import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerText } from "../answers/score-request.js";
import { errors } from "../errors.js";
import type { AnswerStore } from "./answer-store.js";

export interface GivenAnswer {
  readonly answer: AnswerText;
  readonly isRepeated: boolean;
}

export interface SharedAnswersOptions {
  readonly store: AnswerStore;
  readonly keepMs: number;
  /** How long one question to the store may take. */
  readonly patienceMs?: number;
  /** How long a request waits for the process that is at it. */
  readonly waitMs?: number;
  /** How long the store is left alone after it failed. */
  readonly restMs?: number;
}

/** A process that died at a request no longer holds its key after this. */
const LAPSE_MS = 60_000;
const LOOK_MS = 50;
const SWEEP_MS = 600_000;
/** Larger answers are known to the process that gave them only. */
const MOST_SHARED_BYTES = 8 * 1024 * 1024;

/**
 * Answers each request once among all processes that share a store. While the store is away each process answers for itself:
 * then the same key may be answered once by each of them, which is better than not at all.
 */
export class SharedAnswers {
  readonly #store: AnswerStore;
  readonly #keepMs: number;
  readonly #patienceMs: number;
  readonly #waitMs: number;
  readonly #restMs: number;
  readonly #sweep: NodeJS.Timeout;
  #restsUntil = 0;

  constructor({ store, keepMs, patienceMs = 1_000, waitMs = 10_000, restMs = 5_000 }: SharedAnswersOptions) {
    this.#store = store;
    this.#keepMs = keepMs;
    this.#patienceMs = patienceMs;
    this.#waitMs = waitMs;
    this.#restMs = restMs;
    const sweep = () => void this.#ask(() => store.removeBefore(new Date(Date.now() - keepMs)));
    this.#sweep = setInterval(sweep, SWEEP_MS).unref();
  }

  close(): void {
    clearInterval(this.#sweep);
  }

  /** @throws SERVE_KEY_REUSED, SERVE_KEY_BUSY, and what `answer` throws */
  async once(key: string, bodyHash: string, answer: () => AnswerText | Promise<AnswerText>): Promise<GivenAnswer> {
    const claim = randomUUID();
    const until = Date.now() + this.#waitMs;
    for (;;) {
      const known = await this.#ask(() => this.#store.claim({ key, bodyHash, claim, lapseMs: LAPSE_MS, keepMs: this.#keepMs }));
      if (known === null) return { answer: await answer(), isRepeated: false };
      if (known.state === "yours") return { answer: await this.#answer(key, claim, answer), isRepeated: false };
      if (known.bodyHash !== bodyHash) throw errors.KEY_REUSED({});
      if (known.state === "answered") return { answer: known.answer, isRepeated: true };
      if (Date.now() > until) throw errors.KEY_BUSY({ waitedMs: this.#waitMs });
      await sleep(LOOK_MS);
    }
  }

  async #answer(key: string, claim: string, answer: () => AnswerText | Promise<AnswerText>): Promise<AnswerText> {
    try {
      const given = await answer();
      const bytes = typeof given === "string" ? Buffer.from(given) : given;
      if (bytes.length > MOST_SHARED_BYTES) await this.#ask(() => this.#store.release(key, claim));
      else await this.#ask(() => this.#store.keep(key, claim, bytes));
      return given;
    } catch (error) {
      // A failure is not kept: the next try may go well.
      await this.#ask(() => this.#store.release(key, claim));
      throw error;
    }
  }

  /** null: the store does not answer. */
  async #ask<Result>(question: () => Promise<Result>): Promise<Result | null> {
    if (Date.now() < this.#restsUntil) return null;
    const tooLate = new AbortController();
    const late = sleep(this.#patienceMs, null, { signal: tooLate.signal, ref: false }).then(
      () => this.#rest(),
      () => null,
    );
    const asked = question().catch(() => this.#rest());
    const result = await Promise.race([asked, late]);
    tooLate.abort();
    return result;
  }

  #rest(): null {
    this.#restsUntil = Date.now() + this.#restMs;
    return null;
  }
}
