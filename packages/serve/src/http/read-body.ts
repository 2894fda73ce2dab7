import type { Readable } from "node:stream";
import { errors } from "../errors.js";

export interface BodyLimits {
  readonly bodyBytes: number;
  /** Longest time for a body to arrive as a whole. */
  readonly arrivalMs: number;
}

type Done = (error: Error | null, body?: Uint8Array) => void;

/** Bytes of bodies that are held at once in this process: many large ones at a time would fill the memory. */
const MOST_HELD_BYTES = 512 * 1024 * 1024;
let heldBytes = 0;

/**
 * Reads a body whole.
 *
 * @param done  called once: with an error (SERVE_BODY_TOO_LARGE, SERVE_BODY_TOO_SLOW, SERVE_OVERLOADED, or that of the connection) or the body
 */
export function readBody(payload: Readable, declaredLength: string | undefined, limits: BodyLimits, done: Done): void {
  const declared = Number(declaredLength ?? 0);
  if (declared > limits.bodyBytes) done(errors.BODY_TOO_LARGE({ limitBytes: limits.bodyBytes }));
  else if (heldBytes + declared > MOST_HELD_BYTES) {
    done(errors.OVERLOADED({ what: "bytes of bodies are held", waiting: heldBytes }));
  } else new BodyReader(payload, declared, limits, done);
}

class BodyReader {
  readonly #payload: Readable;
  readonly #declared: number;
  readonly #limits: BodyLimits;
  readonly #done: Done;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #isDone = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(payload: Readable, declared: number, limits: BodyLimits, done: Done) {
    this.#payload = payload;
    this.#declared = declared;
    this.#limits = limits;
    this.#done = done;
    payload.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#finish).on("close", this.#onClose);
    // Most bodies come with the head: only one that did not is timed.
    setImmediate(this.#startTimer);
  }

  readonly #startTimer = (): void => {
    if (this.#isDone) return;
    const { arrivalMs } = this.#limits;
    this.#timer = setTimeout(() => this.#finish(errors.BODY_TOO_SLOW({ limitMs: arrivalMs })), arrivalMs);
  };

  readonly #onData = (chunk: Uint8Array): void => {
    this.#length += chunk.length;
    heldBytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#length <= this.#limits.bodyBytes) return;
    this.#payload.pause();
    this.#finish(errors.BODY_TOO_LARGE({ limitBytes: this.#limits.bodyBytes }));
  };

  readonly #onEnd = (): void => {
    if (this.#declared > this.#length) this.#onClose();
    else this.#finish(null);
  };

  readonly #onClose = (): void => this.#finish(errors.REQUEST_REFUSED({ problem: "it was broken off" }));

  readonly #finish = (error: Error | null): void => {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#payload.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#finish).off("close", this.#onClose);
    heldBytes -= this.#length;
    if (error !== null) this.#done(error);
    else this.#done(null, this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#length));
  };
}
