import type { AtalayaError } from "@atalaya/errors";
import type { Api, Refusal } from "../api/api.js";
import { INSTALLATION_LABEL, type Job, jobsPath } from "../api/objects.js";
import { errors } from "../errors.js";
import type { Fields } from "./pod-template.js";

const CONFLICT = 409;
const NOT_FOUND = 404;
const FORBIDDEN = 403;

/**
 * Makes the Job, or finds the one that an earlier worker, or an answer that was lost, has made under its name.
 *
 * @throws KUBERNETES_FORBIDDEN, KUBERNETES_QUOTA_EXCEEDED, KUBERNETES_NAMESPACE_MISSING, KUBERNETES_JOB_REFUSED,
 *   KUBERNETES_JOB_OF_OTHERS, and those of `Api.call`
 */
export async function createJob(api: Api, namespace: string, name: string, installation: string, manifest: Fields): Promise<Job> {
  const path = jobsPath(namespace);
  const made = await api.call<Job>({ method: "POST", path, body: manifest });
  if (made.ok) return made.value;
  if (made.status !== CONFLICT) throw refusedJob(made, namespace, name);
  const found = await api.call<Job>({ method: "GET", path: `${path}/${name}` });
  // Gone between the two answers: the next attempt makes it.
  if (!found.ok) throw refusedJob(found, namespace, name);
  if (found.value.metadata.labels?.[INSTALLATION_LABEL] !== installation) throw errors.JOB_OF_OTHERS({ job: name });
  return found.value;
}

/** Removes a Job with its pods. One that is not there is no error. @throws as `createJob` */
export async function deleteJob(api: Api, namespace: string, name: string): Promise<void> {
  const path = `${jobsPath(namespace)}/${name}`;
  const answer = await api.call({ method: "DELETE", path, query: { propagationPolicy: "Background" } });
  if (!answer.ok && answer.status !== NOT_FOUND) throw refusedJob(answer, namespace, name);
}

/** What was refused, in words that name what to change. */
export function refusedJob({ status, message, kind }: Refusal, namespace: string, job: string): AtalayaError {
  if (status === FORBIDDEN && /exceeded quota/.test(message)) return errors.QUOTA_EXCEEDED({ because: message });
  if (status === NOT_FOUND && kind === "namespaces") return errors.NAMESPACE_MISSING({ namespace });
  if (status === NOT_FOUND) return errors.JOB_GONE({ step: job, job });
  // A namespace that is not there is hidden from whoever has no right in it.
  if (status === FORBIDDEN) return errors.FORBIDDEN({ because: message });
  return errors.JOB_REFUSED({ job, because: message });
}
