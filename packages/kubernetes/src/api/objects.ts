/** Objects of Kubernetes, as far as they are read here. */

export interface Metadata {
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Job {
  readonly metadata: Metadata;
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** Of an Indexed Job: `0,2-4`. */
    readonly completedIndexes?: string;
    readonly failedIndexes?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: {
      readonly exitCode: number;
      readonly reason?: string;
      readonly signal?: number;
      readonly message?: string;
    };
  };
}

export interface Pod {
  readonly metadata: Metadata;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Name of the container that carries the step out. */
export const TASK_CONTAINER = "task";

/** Labels and annotations of ours. */
export const MANAGED_BY = "app.kubernetes.io/managed-by";
export const INSTALLATION_LABEL = "atalaya.dev/installation";
export const RUN_LABEL = "atalaya.dev/run";
export const JOB_NAME_LABEL = "batch.kubernetes.io/job-name";
export const INDEX_LABEL = "batch.kubernetes.io/job-completion-index";

/** Selects what an installation has made. */
export function ownSelector(installation: string): string {
  return `${MANAGED_BY}=atalaya,${INSTALLATION_LABEL}=${installation}`;
}

export function jobsPath(namespace: string): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs`;
}

export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

export function eventsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/events`;
}
