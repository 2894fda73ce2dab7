import { randomUUID } from "node:crypto";
import type { AtalayaError } from "@atalaya/errors";
import type { Api } from "../api/api.js";
import { eventsPath, type Job } from "../api/objects.js";

interface EventList {
  readonly items: readonly { readonly reason?: string; readonly message?: string }[];
}

/** Why no pod of a Job is made, as the Job controller has told; null: it has told nothing, or we may not read it. */
export async function podsRefused(api: Api, namespace: string, job: string): Promise<string | null> {
  const fieldSelector = `involvedObject.kind=Job,involvedObject.name=${job},reason=FailedCreate`;
  const answer = await api.call<EventList>({ method: "GET", path: eventsPath(namespace), query: { fieldSelector } });
  return answer.ok ? (answer.value.items.at(-1)?.message ?? null) : null;
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
