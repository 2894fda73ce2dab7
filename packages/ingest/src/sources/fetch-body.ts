import { errors } from "../errors.js";
import { withoutCredentials } from "./address.js";
import type { HttpLimits } from "./raw-batch.js";

export interface HttpAnswer {
  readonly status: number;
  readonly mediaType: string | null;
  /** Milliseconds that the source asks to wait, null: it does not say. */
  readonly retryAfterMs: number | null;
  readonly body: Buffer;
}

/** A try that failed in a way that another one may not: refused connections, time-outs, half bodies. */
export class AttemptFailed extends Error {
  override readonly name = "AttemptFailed";
}

function retryAfter(value: string | null, now: Date): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/** `fetch` refuses URLs with credentials: they go into the header that they stand for. */
function withHeader(url: URL): { url: URL; headers: Record<string, string> } {
  const plain = new URL(url);
  const { username, password } = plain;
  plain.username = "";
  plain.password = "";
  const headers: Record<string, string> = { accept: "application/json, text/csv;q=0.9, */*;q=0.5" };
  if (username !== "" || password !== "") {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  return { url: plain, headers };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ECONNREFUSED") return "the connection was refused";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "the host name is not known";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET") return "the connection was cut";
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return "only a part of the answer arrived";
  return cause instanceof Error ? cause.message : String(cause);
}

/** Aborts a request when a step takes longer than allowed. */
class Deadline {
  readonly controller = new AbortController();
  because: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #total: NodeJS.Timeout;

  constructor(limits: HttpLimits, signal: AbortSignal) {
    signal.addEventListener("abort", this.#stop, { once: true });
    this.#total = setTimeout(() => this.#expire(`the answer was not whole after ${limits.totalMs} ms`), limits.totalMs);
    this.close = () => {
      signal.removeEventListener("abort", this.#stop);
      clearTimeout(this.#total);
      if (this.#timer) clearTimeout(this.#timer);
    };
  }

  readonly close: () => void;
  readonly #stop = (): void => this.controller.abort();

  #expire(because: string): void {
    this.because = because;
    this.controller.abort();
  }

  next(milliseconds: number, because: string): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expire(`${because} for ${milliseconds} ms`), milliseconds);
  }
}

async function readBody(response: Response, shown: string, limits: HttpLimits, deadline: Deadline): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (response.body) {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      deadline.next(limits.idleMs, "nothing more arrived");
      size += piece.length;
      if (size > limits.mostBytes) throw errors.SOURCE_TOO_LARGE({ url: shown, limit: limits.mostBytes });
      pieces.push(piece);
    }
  }
  const length = response.headers.get("content-length");
  const isPlain = response.headers.get("content-encoding") === null;
  if (length !== null && isPlain && Number(length) !== size) throw new AttemptFailed(`only ${size} of ${length} bytes arrived`);
  return Buffer.concat(pieces);
}

/**
 * One GET with its whole body.
 *
 * @throws AttemptFailed when another attempt may succeed, INGEST_SOURCE_TOO_LARGE, and the signal's reason when it aborts
 */
export async function fetchBody(url: URL, limits: HttpLimits, signal: AbortSignal, now: () => Date): Promise<HttpAnswer> {
  signal.throwIfAborted();
  const request = withHeader(url);
  const deadline = new Deadline(limits, signal);
  try {
    deadline.next(limits.answerMs, "there was no answer");
    const response = await fetch(request.url, { headers: request.headers, signal: deadline.controller.signal });
    deadline.next(limits.idleMs, "nothing more arrived");
    const body = await readBody(response, withoutCredentials(url), limits, deadline);
    return {
      status: response.status,
      mediaType: response.headers.get("content-type"),
      retryAfterMs: retryAfter(response.headers.get("retry-after"), now()),
      body,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TypeError || (error instanceof Error && error.name === "AbortError")) {
      throw new AttemptFailed(deadline.because ?? reasonOf(error), { cause: error });
    }
    throw error;
  } finally {
    deadline.close();
  }
}
