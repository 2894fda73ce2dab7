import type { Readable } from "node:stream";
import { errors } from "../errors.js";

/** Another server that speaks MLflow's protocol, and how to get in. */
export interface MlflowAddress {
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Goes before user and password, as in MLflow's own clients. */
  readonly token: string | null;
}

/** Fields of an answer; what is missing is undefined. */
export type Answer = { readonly [field: string]: unknown };

/** Calls of the protocol. Each of them throws MLFLOW_REMOTE_AWAY when it may succeed later, else MLFLOW_REMOTE_REFUSED. */
export interface MlflowServer {
  readonly url: string;
  get(path: string, query?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: "POST" | "PATCH" | "DELETE", path: string, body: object): Promise<Answer>;
  /** Writes a file below the root of its artifacts. */
  put(path: string, content: Uint8Array | Readable, bytes: number): Promise<void>;
  /** Files and folders right below a folder of its artifacts. */
  list(folder: string): Promise<readonly RemoteFile[]>;
  /** A file below the root of its artifacts, as it streams in. */
  read(path: string): Promise<Response>;
  remove(path: string): Promise<void>;
  /** The database of Atalaya that answers there; null: it is something else. */
  instance(): Promise<string | null>;
}

export interface RemoteFile {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A call of JSON that takes longer than this counts as an outage; files take as long as they need. */
const timeoutMs = 30_000;
const fileTimeoutMs = 3_600_000;
/** In the answer to `GET /version`: which database answers. A server that is told to mirror to itself knows itself by it. */
export const instanceHeader = "x-atalaya-instance";

/** @param signal  ends every call that is under way */
export function mlflowServer({ url, username, password, token }: MlflowAddress, signal?: AbortSignal): MlflowServer {
  const base = url.replace(/\/+$/, "");
  const authorization = authorizationOf({ username, password, token });
  const ask = async (path: string, init: RequestInit & { duplex?: "half" }, patienceMs = timeoutMs): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (authorization !== null) headers.set("authorization", authorization);
    let response: Response;
    try {
      const ends = [AbortSignal.timeout(patienceMs), ...(signal === undefined ? [] : [signal])];
      response = await fetch(`${base}${path}`, { ...init, headers, signal: AbortSignal.any(ends) });
    } catch (error) {
      throw errors.REMOTE_AWAY({ server: withoutSecrets(base), because: reasonOf(error) }, error);
    }
    if (!response.ok) throw await refusal(base, `${init.method ?? "GET"} ${path.split("?", 1)[0]}`, response);
    return response;
  };
  const json = async (path: string, init: RequestInit) => {
    const response = await ask(path, init);
    try {
      return (await response.json()) as Answer;
    } catch (error) {
      throw errors.REMOTE_AWAY({ server: withoutSecrets(base), because: "its answer is no JSON" }, error);
    }
  };
  const api = "/api/2.0/mlflow/";
  const artifacts = "/api/2.0/mlflow-artifacts/artifacts";
  return {
    url: base,
    get: (path, query = {}) => json(`${api}${path}?${new URLSearchParams(query)}`, { method: "GET" }),
    send: (method, path, body) =>
      json(`${api}${path}`, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    put: async (path, content, bytes) => {
      const headers = { "content-type": "application/octet-stream", "content-length": String(bytes) };
      const body = content as unknown as NonNullable<RequestInit["body"]>;
      const init = { method: "PUT", headers, body, duplex: "half" as const };
      await (await ask(`${artifacts}/${encodedPath(path)}`, init, fileTimeoutMs)).body?.cancel();
    },
    list: async (folder) => filesOf(await json(`${artifacts}?${new URLSearchParams({ path: folder })}`, { method: "GET" })),
    read: (path) => ask(`${artifacts}/${encodedPath(path)}`, { method: "GET" }, fileTimeoutMs),
    remove: async (path) => {
      await (await ask(`${artifacts}/${encodedPath(path)}`, { method: "DELETE" })).body?.cancel();
    },
    instance: async () => {
      const response = await ask("/version", { method: "GET" });
      await response.body?.cancel();
      return response.headers.get(instanceHeader);
    },
  };
}

function filesOf(answer: Answer): RemoteFile[] {
  const { files } = answer;
  if (!Array.isArray(files)) return [];
  return (files as { path?: unknown; is_dir?: unknown }[]).map((file) => ({
    name:
      String(file.path ?? "")
        .split("/")
        .at(-1) ?? "",
    isFolder: file.is_dir === true,
  }));
}

function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function authorizationOf({ username, password, token }: Omit<MlflowAddress, "url">): string | null {
  if (token !== null) return `Bearer ${token}`;
  return username === null ? null : `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
}

/** Statuses that say nothing of the request itself: it may be taken later, or with other credentials. */
const awayStatuses = new Set([401, 403, 407, 408, 425, 429]);

async function refusal(base: string, call: string, response: Response): Promise<Error> {
  const text = await response.text().catch(() => "");
  const { code, message } = readError(text);
  const server = withoutSecrets(base);
  const because = `${response.status}${message === "" ? "" : ` ${message.slice(0, 500)}`}`;
  // MLflow answers some refusals with 500 and a code of its own.
  const isRefused = response.status < 500 ? !awayStatuses.has(response.status) : code === "INVALID_STATE";
  return isRefused
    ? errors.REMOTE_REFUSED({ server, call, code, because })
    : errors.REMOTE_AWAY({ server, because: `${call} gave ${because}` });
}

function readError(text: string): { readonly code: string; readonly message: string } {
  try {
    const { error_code: code, message } = JSON.parse(text) as { error_code?: unknown; message?: unknown };
    return { code: String(code ?? ""), message: String(message ?? "") };
  } catch {
    return { code: "", message: text.slice(0, 200) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error ? inner.message : error.message;
}

/** An address without the user and password that somebody wrote into it. */
export function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return "the given address";
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url.href.replace(/\/$/, "");
}
