import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Connection } from "../api/connection.js";
import type { Job, Pod } from "../api/objects.js";

type Kind = "jobs" | "pods";
type Stored = Job | Pod;

/** What was asked, for tests to look at. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** As much of an API server as launching Jobs takes, in this process: lists, watches, conflicts, refusals, logs. */
export class FakeApi {
  readonly asked: Asked[] = [];
  readonly #objects: Record<Kind, Map<string, Stored>> = { jobs: new Map(), pods: new Map() };
  readonly #watches: Record<Kind, Set<ServerResponse>> = { jobs: new Set(), pods: new Set() };
  readonly #logs = new Map<string, string[]>();
  #version = 1;
  #server: Server | null = null;
  #port = 0;
  /** Answers a request instead of the server; null: the server answers. */
  refuse: (asked: Asked) => { readonly status: number; readonly body: unknown } | null = () => null;
  readonly events: { readonly message: string; readonly involvedObject: { readonly name: string } }[] = [];

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Goes away as a killed server does: connections break. What it knows stays. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    for (const watches of Object.values(this.#watches)) watches.clear();
  }

  get connection(): Connection {
    return {
      server: new URL(`http://127.0.0.1:${this.#port}`),
      namespace: "models",
      from: "a test",
      credentials: async () => ({ headers: { authorization: "Bearer token" }, tls: {} }),
      renew: () => {},
    };
  }

  job(name: string): (Job & { readonly spec?: Readonly<Record<string, unknown>> }) | null {
    return (this.#objects.jobs.get(name) as (Job & { spec?: Readonly<Record<string, unknown>> }) | undefined) ?? null;
  }

  jobs(): Job[] {
    return [...this.#objects.jobs.values()];
  }

  /** Sets the status of a Job and tells who watches. */
  jobStatus(name: string, status: NonNullable<Job["status"]>, suspend = false): void {
    const job = this.job(name);
    if (job !== null) this.#put("jobs", { ...job, spec: { ...job.spec, suspend }, status });
  }

  /** Adds or changes a pod of a Job. */
  pod(job: string, name: string, status: NonNullable<Pod["status"]>, index: number | null = null, deletedAt?: Date): void {
    const labels = {
      ...this.job(job)?.metadata.labels,
      "batch.kubernetes.io/job-name": job,
      ...(index === null ? {} : { "batch.kubernetes.io/job-completion-index": String(index) }),
    };
    const creationTimestamp = new Date(this.#version * 1_000).toISOString();
    const deletion = deletedAt === undefined ? {} : { deletionTimestamp: deletedAt.toISOString() };
    this.#put("pods", { metadata: { name, labels, creationTimestamp, ...deletion }, status });
  }

  remove(kind: Kind, name: string): void {
    const object = this.#objects[kind].get(name);
    this.#objects[kind].delete(name);
    if (object !== undefined) this.#tell(kind, "DELETED", object);
  }

  log(pod: string, ...lines: readonly string[]): void {
    this.#logs.set(pod, [...(this.#logs.get(pod) ?? []), ...lines]);
  }

  /** Ends every watch, with everything from before forgotten: who watches has to list again. */
  forgetHistory(): void {
    for (const watches of Object.values(this.#watches)) {
      for (const watch of watches) watch.end(`${JSON.stringify({ type: "ERROR", object: { metadata: {}, code: 410 } })}\n`);
      watches.clear();
    }
  }

  count(method: string, path: RegExp): number {
    return this.asked.filter((one) => one.method === method && path.test(one.path)).length;
  }

  #put(kind: Kind, object: Stored): void {
    const isNew = !this.#objects[kind].has(object.metadata.name);
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#objects[kind].set(object.metadata.name, versioned);
    this.#tell(kind, isNew ? "ADDED" : "MODIFIED", versioned);
  }

  #tell(kind: Kind, type: string, object: Stored): void {
    for (const watch of this.#watches[kind]) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? "", "http://fake");
    const text = Buffer.concat(parts).toString("utf8");
    const body: unknown = text === "" ? null : JSON.parse(text);
    const asked = { method: request.method ?? "", path: url.pathname, query: url.searchParams, body };
    this.asked.push(asked);
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    const refused = this.refuse(asked);
    if (refused !== null) return answer(refused.status, refused.body);
    const [, , , kind = "", name, sub] = /\/namespaces\/([^/]+)\/(.*)$/.test(url.pathname)
      ? ["", "", "", ...url.pathname.replace(/^.*\/namespaces\/[^/]+\//, "").split("/")]
      : [];
    if (kind === "events") return answer(200, { items: this.events });
    if (sub === "log") {
      const from = url.searchParams.get("sinceTime") ?? "";
      const lines = (this.#logs.get(name ?? "") ?? []).filter((line) => line.slice(0, 19) >= from.slice(0, 19));
      response.writeHead(200).end(lines.map((line) => `${line}\n`).join(""));
      return;
    }
    if (kind !== "jobs" && kind !== "pods") return answer(404, { reason: "NotFound", message: "no such path" });
    if (asked.method === "POST") return this.#create(body as Job, url.searchParams, answer);
    if (asked.method === "DELETE") {
      const known = this.#objects[kind].has(name ?? "");
      this.remove(kind, name ?? "");
      return answer(known ? 200 : 404, { reason: "NotFound", message: "not found", details: { kind } });
    }
    if (name !== undefined) {
      const found = this.#objects[kind].get(name);
      return found === undefined
        ? answer(404, { reason: "NotFound", message: "not found", details: { kind } })
        : answer(200, found);
    }
    if (url.searchParams.get("watch") === "1") {
      response.writeHead(200).flushHeaders();
      this.#watches[kind].add(response);
      response.on("close", () => this.#watches[kind].delete(response));
      const from = Number(url.searchParams.get("resourceVersion"));
      const missed = [...this.#objects[kind].values()].filter(({ metadata }) => Number(metadata.resourceVersion) > from);
      for (const object of missed) response.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
      return;
    }
    answer(200, { metadata: { resourceVersion: String(this.#version) }, items: [...this.#objects[kind].values()] });
  }

  #create(job: Job, query: URLSearchParams, answer: (status: number, value: unknown) => void): void {
    const { name } = job.metadata;
    if (query.has("dryRun")) answer(201, job);
    else if (this.#objects.jobs.has(name))
      answer(409, { reason: "AlreadyExists", message: `jobs.batch "${name}" already exists` });
    else {
      this.#put("jobs", { ...job, metadata: { ...job.metadata, uid: `uid-${name}` } });
      answer(201, this.#objects.jobs.get(name));
    }
  }
}

export function forbidden(message: string): { status: number; body: unknown } {
  return { status: 403, body: { reason: "Forbidden", message } };
}
