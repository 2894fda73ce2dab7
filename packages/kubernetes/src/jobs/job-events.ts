import { randomUUID } from "node:crypto";
import type { AtalayaError } from "@atalaya/errors";
import type { Api } from "../api/api.js";
import { eventsPath, type Job } from "../api/objects.js";

interface EventList {
  readonly items: readonly {
    readonly message?: string;
    readonly involvedObject?: { readonly name?: string };
  }[];
}

/** However many Jobs wait for their pods, their Events are asked for so often, all at once. */
const ASKED_EVERY_MS = 10_000;

/** Why no pod of a Job is made (quota, Pod Security, a service account that is missing), as the Job controller has told. */
export class PodRefusals {
  readonly #api: Api;
  readonly #namespace: string;
  #asked: Promise<ReadonlyMap<string, string>> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  /** null: nothing was told, or we may not read it. */
  async of(job: string): Promise<string | null> {
    const now = performance.now();
    if (this.#asked === null || now - this.#askedAt > ASKED_EVERY_MS) {
      this.#askedAt = now;
      this.#asked = this.#ask().catch(() => new Map<string, string>());
    }
    return (await this.#asked).get(job) ?? null;
  }

  async #ask(): Promise<ReadonlyMap<string, string>> {
    const query = { fieldSelector: "involvedObject.kind=Job,reason=FailedCreate" };
    const answer = await this.#api.call<EventList>({ method: "GET", path: eventsPath(this.#namespace), query });
    const items = answer.ok ? answer.value.items : [];
    return new Map(items.map(({ involvedObject, message }) => [involvedObject?.name ?? "", message ?? ""]));
  }
}

/** Tells of trouble on the Job itself, for those who look there. Whoever may not write Events goes without. */
export async function tellOnJob(api: Api, namespace: string, job: Job, { message, hint }: AtalayaError): Promise<void> {
  const now = new Date().toISOString();
  const { name, uid } = job.metadata;
  await api.call({
    method: "POST",
    path: eventsPath(namespace),
    body: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${randomUUID().slice(0, 13)}`, namespace },
      involvedObject: { apiVersion: "batch/v1", kind: "Job", name, namespace, uid },
      reason: "StepWaits",
      type: "Warning",
      message: `${message}${hint === undefined ? "" : ` ${hint}`}`.slice(0, 1_000),
      source: { component: "atalaya" },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    },
  });
}
