import { setTimeout as sleep } from "node:timers/promises";
import type { TaskEnd, TaskWatcher } from "@atalaya/run";
import type { Api } from "../api/api.js";
import { type Job, jobsPath, type Pod } from "../api/objects.js";
import { errors } from "../errors.js";
import { deleteJob } from "./create-job.js";
import type { LogFollowers } from "./follow-log.js";
import { type PodRefusals, tellOnJob } from "./job-events.js";
import type { JobWatch } from "./job-watch.js";
import { type JobFacts, type JobState, judgeJob, podsOf } from "./judge-job.js";
import { hasBegun, isOver, type Obstacle } from "./obstacle.js";

/** What following a Job takes. */
export interface Following {
  readonly api: Api;
  readonly namespace: string;
  readonly watch: JobWatch;
  readonly logs: LogFollowers;
  readonly refusals: PodRefusals;
  readonly startWithinSeconds: number;
}

interface Follower {
  readonly watcher: TaskWatcher;
  readonly logAfter: string | null;
}

/** Without any news the state is looked at so often: times run out without a word from the server. */
const LOOK_EVERY_MS = 2_000;
/** How often a pod is looked for whose end is known and that was never heard of. */
const LAST_LOOKS = 3;
/** So long after a Job was made it has a pod, or there is a reason. */
const POD_AFTER_MS = 5_000;
/** An image or a Secret that is not there is waited for so long: somebody may be about to put it there. */
const WRONG_FOR_MS = 60_000;

/**
 * Waits for the end of a step's Job and reads its log.
 *
 * @throws what keeps its pod from starting for too long: the Job is removed then
 */
export async function followJob(following: Following, facts: JobFacts, follower: Follower): Promise<TaskEnd> {
  const { watch } = following;
  const { watcher } = follower;
  const logs = new PodLogs(following, facts, follower);
  const start: Start = { sinceMs: null, wrongSinceMs: null, told: "", hadPod: false };
  try {
    for (;;) {
      const heard = nextNews(watch, facts.job, watcher.signal);
      const { job, pods } = watch.seen(facts.job);
      if (job === null) {
        if (!(await isThere(following, facts.job))) return { failure: errors.JOB_GONE(facts) };
        continue;
      }
      logs.read();
      const state = judgeJob(job, pods, facts, Date.now());
      if (state.state === "ended") {
        // The other steps of an Indexed Job may go on; it is swept when the run is over.
        if (state.isLost && facts.index === null) await deleteJob(following.api, following.namespace, facts.job).catch(() => {});
        return { failure: state.failure };
      }
      await judgeStart(following, facts, watcher, state, start);
      await heard;
      if (watcher.signal.aborted) return { failure: null };
    }
  } finally {
    // Nobody waits for the log; it is read to its end all the same.
    void logs.end();
  }
}

/** What the pods of a step print, of each pod once. */
class PodLogs {
  readonly #reading = new Map<string, Promise<void>>();

  constructor(
    readonly following: Following,
    readonly facts: JobFacts,
    readonly follower: Follower,
  ) {}

  /** Begins with those that have begun. */
  read(): void {
    const { watch, logs } = this.following;
    const { watcher, logAfter } = this.follower;
    const pods = (): readonly Pod[] => watch.seen(this.facts.job).pods;
    for (const { metadata } of podsOf(pods(), this.facts.index).filter(hasBegun)) {
      const { name } = metadata;
      if (this.#reading.has(name)) continue;
      const isGone = (): boolean => {
        const now = pods().find((pod) => pod.metadata.name === name);
        return now === undefined || isOver(now);
      };
      this.#reading.set(name, logs.follow(name, logAfter, watcher, isGone));
    }
  }

  /** The end of a Job may be heard of before its pod is: the one is another watch than the other. */
  async end(): Promise<void> {
    this.read();
    for (let look = 0; look < LAST_LOOKS && this.#reading.size === 0; look++) {
      await nextNews(this.following.watch, this.facts.job, new AbortController().signal);
      this.read();
    }
    await Promise.allSettled(this.#reading.values());
    this.follower.watcher.lastLine();
  }
}

/** A list that was made before the Job does not name it. */
async function isThere({ api, namespace, watch }: Following, job: string): Promise<boolean> {
  const answer = await api.call<Job>({ method: "GET", path: `${jobsPath(namespace)}/${job}` });
  if (answer.ok) watch.learn(answer.value);
  return answer.ok;
}

/** How long a pod has been waited for. */
interface Start {
  sinceMs: number | null;
  wrongSinceMs: number | null;
  told: string;
  hadPod: boolean;
}

async function judgeStart(
  following: Following,
  facts: JobFacts,
  watcher: TaskWatcher,
  state: JobState,
  start: Start,
): Promise<void> {
  if (state.state !== "starting" || !following.watch.isHearing) {
    if (state.state === "queued") tellOnce(start, watcher, `${facts.step} is queued: its Job ${facts.job} is suspended`);
    start.sinceMs = null;
    start.wrongSinceMs = null;
    return;
  }
  const now = performance.now();
  // A pod that was made late has all of its time.
  if (state.hasPod && !start.hadPod) start.sinceMs = now;
  start.hadPod = state.hasPod;
  start.sinceMs ??= now;
  const obstacle = state.obstacle ?? (state.hasPod ? null : await withoutPod(following, facts, now - start.sinceMs));
  if (obstacle === null) start.wrongSinceMs = null;
  else {
    start.wrongSinceMs ??= now;
    await tell(following, facts, watcher, obstacle, start);
  }
  const limitMs = following.startWithinSeconds * 1_000;
  const isHopeless =
    obstacle?.isFinal === true || (isWrong(obstacle) && now - (start.wrongSinceMs ?? now) > Math.min(limitMs, WRONG_FOR_MS));
  if (!isHopeless && now - start.sinceMs < limitMs) return;
  if (!state.hasPod && obstacle === null) {
    // Of a thousand Jobs the controller makes five pods a second: that is nothing about this step.
    tellOnce(start, watcher, `${facts.step}: no pod was made for ${facts.job} yet; the Job controller is busy, or does not run`);
    if (now - start.sinceMs < facts.deadlineSeconds * 1_000) return;
  }
  await deleteJob(following.api, following.namespace, facts.job).catch(() => {});
  throw obstacle?.error ?? errors.NOT_STARTED({ ...facts, seconds: following.startWithinSeconds });
}

/** A node may be made for a pod, and quota may become free; an image and a Secret must be put right by somebody. */
function isWrong(obstacle: Obstacle | null): boolean {
  const { code = "", message = "" } = obstacle?.error ?? {};
  if (code === "KUBERNETES_PODS_REFUSED") return !message.includes("exceeded quota");
  return code === "KUBERNETES_IMAGE_UNAVAILABLE" || code === "KUBERNETES_CONFIGURATION_MISSING";
}

async function withoutPod({ refusals }: Following, facts: JobFacts, waitedMs: number): Promise<Obstacle | null> {
  if (waitedMs < POD_AFTER_MS) return null;
  const because = await refusals.of(facts.job);
  return because === null ? null : { error: errors.PODS_REFUSED({ ...facts, because }), isFinal: false };
}

async function tell(
  { api, namespace, watch }: Following,
  facts: JobFacts,
  watcher: TaskWatcher,
  { error }: Obstacle,
  start: Start,
): Promise<void> {
  const { job } = watch.seen(facts.job);
  const isNew = tellOnce(start, watcher, `${error.message}${error.hint === undefined ? "" : ` ${error.hint}`}`, error.code);
  if (isNew && job !== null) await tellOnJob(api, namespace, job, error).catch(() => {});
}

/** A reason is told when it comes up, and not again when its words change a little. */
function tellOnce(start: Start, watcher: TaskWatcher, text: string, about = text): boolean {
  if (start.told === about) return false;
  start.told = about;
  watcher.note(text);
  return true;
}

/** Resolves at the next change of the Job or its pods, after a while, or when nobody waits any more. */
async function nextNews(watch: JobWatch, job: string, signal: AbortSignal): Promise<void> {
  const timer = new AbortController();
  let wake = (): void => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const stop = watch.listen(job, wake);
  signal.addEventListener("abort", wake, { once: true });
  if (signal.aborted) wake();
  sleep(LOOK_EVERY_MS, undefined, { signal: timer.signal, ref: false }).then(wake, () => {});
  await woken;
  timer.abort();
  stop();
  signal.removeEventListener("abort", wake);
}
