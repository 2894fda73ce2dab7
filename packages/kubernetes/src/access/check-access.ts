import type { KubernetesSettings } from "@atalaya/settings";
import { Api } from "../api/api.js";
import type { Connection } from "../api/connection.js";
import { findConnection } from "../api/find-connection.js";
import { jobsPath } from "../api/objects.js";
import { errors } from "../errors.js";
import { refusedJob } from "../jobs/create-job.js";
import { jobManifest } from "../jobs/job-manifest.js";

/** A right that launching steps takes. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Without it a run goes on, and says less. */
  readonly isOptional?: true;
}

const RIGHTS: readonly Right[] = [
  ...["create", "get", "list", "watch", "delete"].map((verb) => ({ verb, group: "batch", resource: "jobs" })),
  ...["list", "watch"].map((verb) => ({ verb, group: "", resource: "pods" })),
  { verb: "get", group: "", resource: "pods", subresource: "log" },
  { verb: "create", group: "", resource: "events", isOptional: true },
  { verb: "list", group: "", resource: "events", isOptional: true },
];

/** What `atalaya doctor` waits for an API server. */
const PATIENCE_MS = 5_000;

export interface AccessReport {
  readonly server: string;
  readonly namespace: string;
  /** Rights that a run goes without, saying less: `create events`. */
  readonly lacksOptional: readonly string[];
}

/**
 * Whether steps can be launched with these settings: the API server answers, every right is there, and it would take a Job of
 * a step (tried without making it).
 *
 * @throws KUBERNETES_* that names the setting to change
 */
export async function checkAccess(
  settings: KubernetesSettings,
  connection: Connection = findConnection(settings),
): Promise<AccessReport> {
  const api = new Api(connection, { patienceMs: PATIENCE_MS });
  const namespace = settings.namespace ?? connection.namespace;
  try {
    const missing = await missingRights(api, namespace);
    const lacking = missing.filter(({ isOptional }) => isOptional !== true).map(nameOf);
    if (lacking.length > 0) throw errors.FORBIDDEN({ because: `in namespace ${namespace} it may not: ${lacking.join(", ")}` });
    await tryJob(api, namespace, settings);
    return { server: connection.server.host, namespace, lacksOptional: missing.map(nameOf) };
  } finally {
    api.close();
  }
}

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

async function missingRights(api: Api, namespace: string): Promise<Right[]> {
  const asked = RIGHTS.map(async (right) => {
    const { verb, group, resource, subresource } = right;
    const answer = await api.call<Review>({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { namespace, verb, group, resource, ...(subresource === undefined ? {} : { subresource }) } },
      },
    });
    if (!answer.ok) throw errors.FORBIDDEN({ because: answer.message });
    return answer.value.status?.allowed === true ? [] : [right];
  });
  return (await Promise.all(asked)).flat();
}

function nameOf({ verb, resource, subresource }: Right): string {
  return `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
}

async function tryJob(api: Api, namespace: string, settings: KubernetesSettings): Promise<void> {
  const launch = {
    key: { run: "doctor", step: "doctor", attempt: 1 },
    pipeline: "doctor",
    placement: { executor: "kubernetes" },
    memoryFactor: 1,
    fanOut: null,
    logAfter: null,
  } as const;
  const body = jobManifest(settings, "doctor", launch);
  const answer = await api.call({ method: "POST", path: jobsPath(namespace), query: { dryRun: "All" }, body });
  if (!answer.ok) throw refusedJob(answer, namespace, "of a step");
}
