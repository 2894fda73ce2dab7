import type { AnswerStore } from "../http/answer-store.js";

interface Entry {
  readonly bodyHash: string;
  readonly claim: string;
  answer: Uint8Array | null;
}

/** Answers by key in memory, as a port for tests. */
export class MemoryAnswers implements AnswerStore {
  isAway = false;
  readonly #entries = new Map<string, Entry>();

  async claim({ key, bodyHash, claim }: Parameters<AnswerStore["claim"]>[0]): ReturnType<AnswerStore["claim"]> {
    this.#check();
    const known = this.#entries.get(key);
    if (known === undefined) {
      this.#entries.set(key, { bodyHash, claim, answer: null });
      return { state: "yours" };
    }
    return known.answer === null
      ? { state: "pending", bodyHash: known.bodyHash }
      : { state: "answered", bodyHash: known.bodyHash, answer: known.answer };
  }

  async keep(key: string, claim: string, answer: Uint8Array): Promise<void> {
    this.#check();
    const known = this.#entries.get(key);
    if (known?.claim === claim) known.answer = answer;
  }

  async release(key: string, claim: string): Promise<void> {
    this.#check();
    if (this.#entries.get(key)?.claim === claim) this.#entries.delete(key);
  }

  async removeBefore(): Promise<number> {
    this.#check();
    return 0;
  }

  #check(): void {
    if (this.isAway) throw new Error("the store is away");
  }
}
