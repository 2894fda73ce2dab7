import { createHash } from "node:crypto";
import type { AnswerText } from "../answers/score-request.js";
import { errors } from "../errors.js";
import type { AnswerStore } from "./answer-store.js";
import { type GivenAnswer, SharedAnswers } from "./shared-answers.js";

interface Kept {
  readonly bodyHash: string;
  readonly given: Promise<GivenAnswer>;
  readonly until: number;
  bytes: number;
}

const KEEP_MS = 24 * 3_600_000;
const MOST_KEYS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Answers by `Idempotency-Key`, for a day: the same request again gets the same answer, byte for byte, and is neither scored
 * nor logged again. A failure is not kept. This process keeps what it can in memory, until newer ones need the room; with a
 * store the replicas share them, and a store that is away leaves each with its own.
 */
export class IdempotentAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #shared: SharedAnswers | null;
  #bytes = 0;

  constructor(store: AnswerStore | null = null) {
    this.#shared = store === null ? null : new SharedAnswers({ store, keepMs: KEEP_MS });
  }

  close(): void {
    this.#shared?.close();
  }

  /** @throws SERVE_KEY_REUSED when the key came with another body, SERVE_KEY_BUSY, and what `answer` throws */
  async once(key: string, body: Uint8Array | undefined, answer: () => AnswerText | Promise<AnswerText>): Promise<GivenAnswer> {
    const bodyHash = hashOf(body ?? "", "base64");
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > Date.now()) {
      if (known.bodyHash !== bodyHash) throw errors.KEY_REUSED({});
      return { answer: (await known.given).answer, isRepeated: true };
    }
    const given = this.#give(key, bodyHash, answer);
    const kept: Kept = { bodyHash, given, until: Date.now() + KEEP_MS, bytes: 0 };
    this.#kept.set(key, kept);
    try {
      const result = await given;
      kept.bytes = result.answer.length;
      this.#bytes += kept.bytes;
      this.#makeRoom();
      return result;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  async #give(key: string, bodyHash: string, answer: () => AnswerText | Promise<AnswerText>): Promise<GivenAnswer> {
    if (this.#shared === null) return { answer: await answer(), isRepeated: false };
    // Whatever a caller wrote, a key in the store is as long as any other.
    return this.#shared.once(hashOf(key, "hex"), bodyHash, answer);
  }

  #makeRoom(): void {
    for (const [key, { bytes }] of this.#kept) {
      if (this.#kept.size <= MOST_KEYS && this.#bytes <= MOST_BYTES) return;
      this.#kept.delete(key);
      this.#bytes -= bytes;
    }
  }
}

function hashOf(bytes: Uint8Array | string, encoding: "base64" | "hex"): string {
  return createHash("sha256").update(bytes).digest(encoding);
}
