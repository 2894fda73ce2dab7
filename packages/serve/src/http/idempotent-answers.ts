import { createHash } from "node:crypto";
import type { AnswerText } from "../answers/score-request.js";
import { errors } from "../errors.js";

interface Kept {
  readonly bodyHash: string;
  readonly answer: Promise<AnswerText>;
  readonly until: number;
  bytes: number;
}

const KEEP_MS = 24 * 3_600_000;
const MOST_KEYS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Answers by `Idempotency-Key`, of this process, for a day or until newer ones need the room: the same request again gets
 * the same answer, byte for byte, and is neither scored nor logged again. A failure is not kept.
 */
export class IdempotentAnswers {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** @throws SERVE_KEY_REUSED when the key came with another body, and what `answer` throws */
  async once(
    key: string,
    body: Uint8Array | undefined,
    answer: () => AnswerText | Promise<AnswerText>,
  ): Promise<{ answer: AnswerText; isRepeated: boolean }> {
    const bodyHash = createHash("sha256")
      .update(body ?? "")
      .digest("base64");
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > Date.now()) {
      if (known.bodyHash !== bodyHash) throw errors.KEY_REUSED({});
      return { answer: await known.answer, isRepeated: true };
    }
    const kept: Kept = { bodyHash, answer: Promise.resolve().then(answer), until: Date.now() + KEEP_MS, bytes: 0 };
    this.#kept.set(key, kept);
    try {
      const given = await kept.answer;
      kept.bytes = given.length;
      this.#bytes += given.length;
      this.#makeRoom();
      return { answer: given, isRepeated: false };
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  #makeRoom(): void {
    for (const [key, { bytes }] of this.#kept) {
      if (this.#kept.size <= MOST_KEYS && this.#bytes <= MOST_BYTES) return;
      this.#kept.delete(key);
      this.#bytes -= bytes;
    }
  }
}
