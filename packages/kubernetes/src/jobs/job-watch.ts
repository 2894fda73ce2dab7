import type { Api } from "../api/api.js";
import { JOB_NAME_LABEL, type Job, jobsPath, ownSelector, type Pod, podsPath } from "../api/objects.js";
import { keepWatching } from "../api/watch.js";
import { refusedJob } from "./create-job.js";

/** A Job and its pods, as they were last heard of. */
export interface Seen {
  /** null: there is none, or none yet. */
  readonly job: Job | null;
  readonly pods: readonly Pod[];
}

/** Jobs and pods. */
const FOLLOWED = 2;

/**
 * All Jobs and pods of an installation by two watches, however many there are: a step costs one request to launch, and none
 * to wait for.
 */
export class JobWatch {
  readonly #jobs = new Map<string, Job>();
  readonly #podsByJob = new Map<string, Map<string, Pod>>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #stop = new AbortController();
  readonly #api: Api;
  readonly #namespace: string;
  readonly #labelSelector: string;
  readonly #onRefused: (text: string) => void;
  readonly #hearing = new Set<string>();
  #begun: Promise<void> | null = null;

  constructor(api: Api, namespace: string, installation: string, onRefused: (text: string) => void) {
    this.#api = api;
    this.#namespace = namespace;
    this.#labelSelector = ownSelector(installation);
    this.#onRefused = onRefused;
  }

  /**
   * Resolves when everything that is there has been heard of.
   *
   * @throws KUBERNETES_FORBIDDEN, KUBERNETES_NAMESPACE_MISSING
   */
  async begin(): Promise<void> {
    this.#begun ??= this.#begin();
    try {
      await this.#begun;
    } catch (error) {
      this.#begun = null;
      throw error;
    }
  }

  seen(name: string): Seen {
    return { job: this.#jobs.get(name) ?? null, pods: [...(this.#podsByJob.get(name)?.values() ?? [])] };
  }

  /** False while the API server is away: what is not heard of may have happened. */
  get isHearing(): boolean {
    return this.#hearing.size === FOLLOWED;
  }

  /** What the server has just answered is news as well, and older than what the watch says. */
  learn(job: Job): void {
    if (!this.#jobs.has(job.metadata.name)) this.#jobs.set(job.metadata.name, slimJob(job));
  }

  jobs(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** Called at each change of the Job or of one of its pods. Returns the end of it. */
  listen(name: string, listener: () => void): () => void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
    return () => {
      this.#listeners.get(name)?.delete(listener);
      if (this.#listeners.get(name)?.size === 0) this.#listeners.delete(name);
    };
  }

  close(): void {
    this.#stop.abort();
  }

  #begin(): Promise<void> {
    const jobs = this.#follow<Job>(jobsPath(this.#namespace), {
      replaceAll: (all) => {
        const names = new Set([...this.#jobs.keys(), ...all.map(({ metadata }) => metadata.name)]);
        this.#jobs.clear();
        for (const job of all) this.#jobs.set(job.metadata.name, slimJob(job));
        for (const name of names) this.#tell(name);
      },
      change: (job) => {
        this.#jobs.set(job.metadata.name, slimJob(job));
        this.#tell(job.metadata.name);
      },
      remove: ({ metadata }) => {
        this.#jobs.delete(metadata.name);
        this.#podsByJob.delete(metadata.name);
        this.#tell(metadata.name);
      },
    });
    const pods = this.#follow<Pod>(podsPath(this.#namespace), {
      replaceAll: (all) => {
        const names = new Set(this.#podsByJob.keys());
        this.#podsByJob.clear();
        for (const pod of all) names.add(this.#keep(pod));
        for (const name of names) this.#tell(name);
      },
      change: (pod) => this.#tell(this.#keep(pod)),
      // Its last state says why the Job goes on with another one, or fails.
      remove: (pod) => this.#tell(this.#keep(ended(pod))),
    });
    return Promise.all([jobs, pods]).then(() => {});
  }

  #keep(pod: Pod): string {
    const name = pod.metadata.labels?.[JOB_NAME_LABEL] ?? "";
    const pods = this.#podsByJob.get(name) ?? new Map<string, Pod>();
    this.#podsByJob.set(name, pods.set(pod.metadata.name, slimPod(pod)));
    return name;
  }

  #tell(name: string): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener();
  }

  #follow<Item extends Job | Pod>(
    path: string,
    on: { replaceAll: (all: readonly Item[]) => void; change: (item: Item) => void; remove: (item: Item) => void },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let isBegun = false;
      const refused = new AbortController();
      const watching = keepWatching<Item>(
        this.#api,
        {
          path,
          labelSelector: this.#labelSelector,
          onAll: (all) => {
            on.replaceAll(all);
            isBegun = true;
            resolve();
          },
          onHearing: (isHearing) => void (isHearing ? this.#hearing.add(path) : this.#hearing.delete(path)),
          onChange: on.change,
          onGone: on.remove,
          onRefused: (refusal) => {
            if (isBegun) return this.#onRefused(refusal.message);
            refused.abort();
            reject(refusedJob(refusal, this.#namespace, "of a step"));
          },
        },
        AbortSignal.any([this.#stop.signal, refused.signal]),
      );
      watching.catch(reject);
    });
  }
}

/** A pod that was removed goes on no more, whatever it said last. */
function ended(pod: Pod): Pod {
  const isDone = pod.status?.phase === "Succeeded";
  return { ...pod, status: { ...pod.status, phase: isDone ? "Succeeded" : "Failed" } };
}

/** Of a thousand Jobs only what is looked at is kept. */
function slimJob({ metadata, spec, status }: Job): Job {
  const { name, uid, labels, creationTimestamp, deletionTimestamp } = metadata;
  return {
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(labels === undefined ? {} : { labels }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...(spec?.suspend === true ? { spec: { suspend: true } } : {}),
    ...(status === undefined ? {} : { status }),
  };
}

function slimPod({ metadata, status }: Pod): Pod {
  const { name, labels, creationTimestamp, deletionTimestamp } = metadata;
  const { phase, reason, message, conditions, containerStatuses, initContainerStatuses } = status ?? {};
  return {
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    status: {
      ...(phase === undefined ? {} : { phase }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      ...(conditions === undefined
        ? {}
        : { conditions: conditions.filter(({ type }) => type === "PodScheduled" || type === "DisruptionTarget") }),
      ...(containerStatuses === undefined ? {} : { containerStatuses }),
      ...(initContainerStatuses === undefined ? {} : { initContainerStatuses }),
    },
  };
}
