import type { TaskEnd, TaskLaunch, TaskLauncher, TaskWatcher } from "@atalaya/run";
import type { KubernetesSettings } from "@atalaya/settings";
import { Api, type ApiOptions, type SentRequests } from "../api/api.js";
import type { Connection } from "../api/connection.js";
import { findConnection } from "../api/find-connection.js";
import { type Job, RUN_LABEL } from "../api/objects.js";
import { errors } from "../errors.js";
import { createJob, deleteJob } from "./create-job.js";
import { followJob } from "./follow-job.js";
import { LogFollowers } from "./follow-log.js";
import { PodRefusals } from "./job-events.js";
import { jobManifest, resourcesOf } from "./job-manifest.js";
import { jobName, stepWord } from "./job-name.js";
import { JobWatch } from "./job-watch.js";
import type { JobFacts } from "./judge-job.js";

export interface JobLauncherOptions extends ApiOptions {
  /** Name of this installation: its Jobs carry it, and those of others are left alone. */
  readonly installation: string;
  /** Left out: found as `findConnection` does. */
  readonly connection?: Connection;
  /** Told of what is unusual. */
  readonly say?: (text: string) => void;
}

/** Launches steps as Jobs. */
export interface JobLauncher extends TaskLauncher {
  /** Requests that were sent to the API server so far. */
  readonly requests: SentRequests;
}

/**
 * Opens the launcher. Nothing is sent before the first launch or sweep.
 *
 * @throws KUBERNETES_NO_CLUSTER, KUBERNETES_KUBECONFIG_INVALID, KUBERNETES_NO_IMAGE
 */
export function openJobLauncher(settings: KubernetesSettings, options: JobLauncherOptions): JobLauncher {
  if (settings.image === null && settings.podTemplate === null) throw errors.NO_IMAGE({});
  return new Launcher(settings, options);
}

class Launcher implements JobLauncher {
  readonly #settings: KubernetesSettings;
  readonly #installation: string;
  readonly #api: Api;
  readonly #namespace: string;
  readonly #watch: JobWatch;
  readonly #logs: LogFollowers;
  readonly #refusals: PodRefusals;
  readonly #making = new Map<string, Promise<Job>>();
  #toldRefused = "";

  constructor(settings: KubernetesSettings, options: JobLauncherOptions) {
    const { installation, connection = findConnection(settings), say = () => {} } = options;
    this.#settings = settings;
    this.#installation = installation;
    this.#api = new Api(connection, { onAway: say, ...options });
    this.#namespace = settings.namespace ?? connection.namespace;
    this.#watch = new JobWatch(this.#api, this.#namespace, installation, (text) => {
      if (text !== this.#toldRefused) say(`Jobs cannot be watched: ${text}`);
      this.#toldRefused = text;
    });
    this.#logs = new LogFollowers(this.#api, this.#namespace);
    this.#refusals = new PodRefusals(this.#api, this.#namespace);
  }

  get requests(): SentRequests {
    return this.#api.sent;
  }

  async launch(launch: TaskLaunch, watcher: TaskWatcher): Promise<TaskEnd> {
    const name = jobName(this.#installation, launch);
    await this.#watch.begin();
    await this.#make(name, launch);
    watcher.place(`Job ${this.#namespace}/${name}`);
    return followJob(
      {
        api: this.#api,
        namespace: this.#namespace,
        watch: this.#watch,
        logs: this.#logs,
        refusals: this.#refusals,
        startWithinSeconds: this.#settings.startWithinSeconds,
      },
      this.#facts(name, launch),
      { watcher, logAfter: launch.logAfter },
    );
  }

  async removeRun(run: string): Promise<void> {
    await this.#watch.begin();
    const own = this.#watch.jobs().filter(({ metadata }) => metadata.labels?.[RUN_LABEL] === run);
    for (const { metadata } of own) await deleteJob(this.#api, this.#namespace, metadata.name);
  }

  /** A finished Job is left to its time to live, and one that only has to be told so: somebody may want to look at it. */
  async sweep(isOver: (run: string) => Promise<boolean>): Promise<readonly string[]> {
    await this.#watch.begin();
    const removed: string[] = [];
    for (const job of this.#watch.jobs()) {
      const { name, labels, deletionTimestamp } = job.metadata;
      if (isFinished(job) || deletionTimestamp !== undefined || this.#isEnding(name)) continue;
      if (!(await isOver(labels?.[RUN_LABEL] ?? ""))) continue;
      await deleteJob(this.#api, this.#namespace, name);
      removed.push(`Job ${this.#namespace}/${name}`);
    }
    return removed;
  }

  /** Its pods are all over, and the controller has not written it down yet. */
  #isEnding(name: string): boolean {
    const { pods } = this.#watch.seen(name);
    return pods.length > 0 && pods.every(({ status }) => status?.phase === "Succeeded" || status?.phase === "Failed");
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#logs.close();
    this.#api.close();
  }

  /** Steps that are launched together make one Job: the first of them to come makes it. */
  async #make(name: string, launch: TaskLaunch): Promise<void> {
    // A Job that an earlier worker made is known from the watch.
    if (this.#watch.seen(name).job !== null) return;
    const making =
      this.#making.get(name) ??
      createJob(this.#api, this.#namespace, name, this.#installation, jobManifest(this.#settings, this.#installation, launch));
    this.#making.set(name, making);
    try {
      this.#watch.learn(await making);
    } finally {
      this.#making.delete(name);
    }
  }

  #facts(job: string, launch: TaskLaunch): JobFacts {
    const { key, placement, memoryFactor, fanOut } = launch;
    const { memory, deadlineSeconds } = resourcesOf(this.#settings, placement, memoryFactor);
    const index = fanOut === null ? null : Number(/\d+$/.exec(key.step)?.[0] ?? fanOut.first) - fanOut.first;
    return { step: fanOut === null ? stepWord(launch) : key.step, job, memory, deadlineSeconds, index };
  }
}

function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status: isTrue }) => isTrue === "True" && (type === "Complete" || type === "Failed"),
  );
}
