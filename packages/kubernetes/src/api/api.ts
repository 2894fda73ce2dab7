import { Agent as HttpAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as HttpsAgent, request as tlsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { errors } from "../errors.js";
import type { Connection, Credentials } from "./connection.js";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the server, such as `/apis/batch/v1/namespaces/models/jobs`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What the server said no with. */
export interface Refusal {
  readonly ok: false;
  readonly status: number;
  /** Kubernetes' word for it: `AlreadyExists`, `Forbidden`, … */
  readonly reason: string;
  readonly message: string;
  /** Kind of the object that it is about: `namespaces`. */
  readonly kind: string;
}

export type Answer<Value> = { readonly ok: true; readonly value: Value } | Refusal;

/** Streams of logs, and everything else. */
export interface SentRequests {
  readonly logs: number;
  readonly others: number;
}

export interface ApiOptions {
  /** How long an API server that is away is waited for. */
  readonly patienceMs?: number;
  /** Told once when it is away. */
  readonly onAway?: (text: string) => void;
}

const PATIENCE_MS = 15 * 60_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const ANSWER_WITHIN_MS = 30_000;
/** What a server says that will soon be well again. */
const PASSING = new Set([429, 500, 502, 503, 504]);

/**
 * The API of Kubernetes, as far as Jobs need it. A server that is away, overloaded or restarted is asked again, with growing
 * pauses; what it says no to is a value.
 */
export class Api {
  readonly #agents = new Map<string, HttpAgent | HttpsAgent>();
  readonly #sent = { logs: 0, others: 0 };

  constructor(
    readonly connection: Connection,
    readonly options: ApiOptions = {},
  ) {}

  /** Requests that were sent so far. */
  get sent(): SentRequests {
    return { ...this.#sent };
  }

  /** @throws KUBERNETES_API_AWAY when it stays away, KUBERNETES_UNAUTHORISED, and an AbortError */
  async call<Value>(request: ApiRequest): Promise<Answer<Value>> {
    const { patienceMs = PATIENCE_MS, onAway } = this.options;
    const deadline = performance.now() + patienceMs;
    let pauseMs = FIRST_PAUSE_MS;
    let isRenewed = false;
    for (let attempt = 1; ; attempt++) {
      const { because, waitMs, answer } = await this.#try<Value>(request);
      if (answer !== null && !answer.ok && answer.status === 401) {
        // The token may have been replaced a moment ago.
        if (isRenewed) throw errors.UNAUTHORISED({ server: this.connection.server.host });
        this.connection.renew();
        isRenewed = true;
        continue;
      }
      if (answer !== null) return answer;
      request.signal?.throwIfAborted();
      if (performance.now() > deadline) throw errors.API_AWAY({ server: this.connection.server.host, because });
      if (attempt === 3) onAway?.(`The API server of Kubernetes does not answer (${because}); waiting for it`);
      await sleep(Math.max(waitMs, pauseMs * (0.75 + Math.random() / 2)), undefined, { signal: request.signal });
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /**
   * Sends a request whose answer is read as it comes, once. The answer must be read or destroyed.
   *
   * @throws what the connection throws
   */
  async open(request: ApiRequest): Promise<IncomingMessage> {
    const { server } = this.connection;
    const url = new URL(server.pathname.replace(/\/$/, "") + request.path, server);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const { headers, tls } = await this.connection.credentials();
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    this.#sent[request.path.endsWith("/log") ? "logs" : "others"]++;
    return new Promise((resolve, reject) => {
      const isTls = url.protocol === "https:";
      const sent = (isTls ? tlsRequest : plainRequest)(url, {
        method: request.method,
        agent: this.#agent(isTls, tls),
        headers: {
          accept: "application/json",
          "user-agent": "atalaya",
          ...headers,
          ...(body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      const slow = setTimeout(() => sent.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS / 1_000} s`)), ANSWER_WITHIN_MS);
      sent.once("response", (response) => {
        clearTimeout(slow);
        resolve(response);
      });
      sent.once("error", (error) => {
        clearTimeout(slow);
        reject(error);
      });
      sent.end(body ?? undefined);
    });
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #try<Value>(request: ApiRequest): Promise<{ because: string; waitMs: number; answer: Answer<Value> | null }> {
    try {
      const response = await this.open(request);
      const status = response.statusCode ?? 0;
      const text = await readText(response);
      if (PASSING.has(status) && !isLasting(text)) {
        const waitMs = Number(response.headers["retry-after"] ?? 0) * 1_000 || 0;
        return { because: `it answers ${status}`, waitMs, answer: null };
      }
      if (status >= 200 && status < 300)
        return { because: "", waitMs: 0, answer: { ok: true, value: JSON.parse(text) as Value } };
      return { because: "", waitMs: 0, answer: refusalOf(status, text) };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (isCertificateError(error))
        throw errors.API_AWAY({ server: this.connection.server.host, because: describe(error) }, error);
      return { because: describe(error), waitMs: 0, answer: null };
    }
  }

  #agent(isTls: boolean, tls: Credentials["tls"]): HttpAgent | HttpsAgent {
    const key = isTls ? JSON.stringify([tls.cert?.toString(), tls.rejectUnauthorized]) : "plain";
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = isTls ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
    this.#agents.set(key, agent);
    return agent;
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** A webhook that refuses answers 500 as well: asking again brings the same. */
function isLasting(text: string): boolean {
  return text.includes("admission webhook") && text.includes("denied");
}

function refusalOf(status: number, text: string): Refusal {
  let told: { reason?: unknown; message?: unknown; details?: { kind?: unknown } } = {};
  try {
    told = JSON.parse(text) as typeof told;
  } catch {
    told = { message: text.slice(0, 500) };
  }
  const word = (value: unknown): string => (typeof value === "string" ? value : "");
  const { reason, message, details } = told;
  return { ok: false, status, reason: word(reason), message: word(message) || `status ${status}`, kind: word(details?.kind) };
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof message === "string" && message !== "" ? message : String(code ?? error);
}

function isCertificateError(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? "");
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code);
}
