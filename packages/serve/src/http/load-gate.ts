import { errors } from "../errors.js";

const CHECK_MS = 100;
const MOST_CALLERS = 10_000;

export interface LoadGateOptions {
  /** Requests a second that one caller may send; null: as many as it likes. */
  readonly requestsPerSecond: number | null;
  /** How late the event loop may be before new requests are refused. */
  readonly mostLagMs: number;
}

/** Refuses at the door what would only wait: more than one caller's share, and anything while the process is behind. */
export class LoadGate {
  readonly #options: LoadGateOptions;
  readonly #callers = new Map<string, { tokens: number; at: number }>();
  readonly #timer: NodeJS.Timeout;
  #lagMs = 0;
  #expectedAt = performance.now() + CHECK_MS;

  constructor(options: LoadGateOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lagMs = Math.max(0, now - this.#expectedAt);
      this.#expectedAt = now + CHECK_MS;
    }, CHECK_MS).unref();
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  /** @throws SERVE_OVERLOADED, SERVE_TOO_MANY_REQUESTS */
  enter(caller: string): void {
    if (this.#lagMs > this.#options.mostLagMs)
      throw errors.OVERLOADED({ what: "milliseconds behind", waiting: Math.round(this.#lagMs) });
    const { requestsPerSecond } = this.#options;
    if (requestsPerSecond !== null) this.#take(caller, requestsPerSecond);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A bucket that holds the requests of one second and fills as time passes. */
  #take(caller: string, perSecond: number): void {
    const now = performance.now();
    const bucket = this.#callers.get(caller);
    const tokens = bucket === undefined ? perSecond : Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    this.#callers.delete(caller);
    if (this.#callers.size >= MOST_CALLERS) this.#callers.delete(this.#callers.keys().next().value ?? "");
    this.#callers.set(caller, { tokens: Math.max(0, tokens - 1), at: now });
    if (tokens < 1) throw errors.TOO_MANY_REQUESTS({ perSecond });
  }
}
