import { expect, test } from "vitest";
import type { Condition, Job, Pod } from "../api/objects.js";
import { isInRanges, type JobFacts, judgeJob } from "./judge-job.js";

const facts: JobFacts = { step: "train", job: "j", memory: "2Gi", deadlineSeconds: 60, index: null };
const NOW = Date.parse("2026-11-21T12:00:00Z");

function job(...conditions: readonly (string | Condition)[]): Job {
  const all = conditions.map((one) => (typeof one === "string" ? { type: one, status: "True" } : one));
  return { metadata: { name: "j" }, status: { conditions: all } };
}

function pod(status: Pod["status"], metadata: Partial<Pod["metadata"]> = {}): Pod {
  return { metadata: { name: "p", creationTimestamp: "2026-11-21T11:00:00Z", ...metadata }, ...(status ? { status } : {}) };
}

const ended = (exitCode: number, reason = "Error", message?: string): Pod =>
  pod({
    phase: "Failed",
    containerStatuses: [{ name: "task", state: { terminated: { exitCode, reason, ...(message ? { message } : {}) } } }],
  });
const waiting = (reason: string, message = "because"): Pod =>
  pod({ phase: "Pending", containerStatuses: [{ name: "task", state: { waiting: { reason, message } } }] });
const running = pod({ phase: "Running", containerStatuses: [{ name: "task", state: { running: {} } }] });
const evicted = pod({
  phase: "Failed",
  conditions: [{ type: "DisruptionTarget", status: "True", message: "The node was low on resource: memory" }],
  containerStatuses: [{ name: "task", state: { terminated: { exitCode: 137 } } }],
});
const failed: Condition = { type: "Failed", status: "True", reason: "BackoffLimitExceeded" };

test.each<[string, Job, Pod[], string]>([
  ["a suspended Job is queued", { metadata: { name: "j" }, spec: { suspend: true } }, [], "queued"],
  ["a Job without a pod starts", job(), [], "starting"],
  ["a pod that waits starts", job(), [waiting("ContainerCreating")], "starting"],
  ["a pod that runs", job(), [running], "running"],
  ["a pod that has ended, and the Job does not know it yet", job(), [ended(0)], "running"],
  ["an evicted pod beside the one in its place", job(), [evicted, { ...running, metadata: { name: "q" } }], "running"],
  ["a Job that is complete", job("Complete"), [ended(0)], "ended"],
])("%s", (_what, of, pods, state) => {
  expect(judgeJob(of, pods, facts, NOW).state).toBe(state);
});

test.each<[string, Job, Pod[], string, boolean, RegExp]>([
  ["memory", job(failed), [ended(137, "OOMKilled")], "OUT_OF_MEMORY", true, /2Gi.*ATALAYA_KUBERNETES_MEMORY/s],
  ["eviction", job(failed), [evicted], "EVICTED", true, /low on resource: memory/],
  [
    "the deadline",
    job({ ...failed, reason: "DeadlineExceeded" }),
    [running],
    "DEADLINE_EXCEEDED",
    false,
    /ATALAYA_KUBERNETES_DEADLINE/,
  ],
  [
    "a deadline of which pods do not know yet",
    job({ ...failed, type: "FailureTarget", reason: "DeadlineExceeded" }),
    [running],
    "DEADLINE_EXCEEDED",
    false,
    /60 s/,
  ],
  ["a pod that was deleted", job(failed), [], "POD_GONE", true, /tried again/],
  ["a pod that was told to stop", job(failed), [ended(143)], "POD_GONE", true, /told to stop/],
  ["SIGKILL", job(failed), [ended(137)], "POD_FAILED", true, /SIGKILL/],
  ["a crash", job(failed), [ended(139)], "POD_FAILED", true, /signal 11/],
  ["another exit code, with its words", job(failed), [ended(1, "Error", "one\ntwo")], "POD_FAILED", true, /exit code 1: one two/],
  [
    "a wrong setting",
    job({ ...failed, reason: "PodFailurePolicy" }),
    [ended(2, "Error", "error SETTINGS_HALF_GIVEN: PG_HOST")],
    "POD_WRONG_SETTING",
    false,
    /PG_HOST.*ATALAYA_KUBERNETES_SECRETS/s,
  ],
])("the failure is %s", (_what, of, pods, code, isRetryable, words) => {
  const state = judgeJob(of, pods, facts, NOW);
  if (state.state !== "ended" || state.failure === null) throw new Error(`it is ${state.state}`);
  const { code: found, retryable, message, hint } = state.failure;
  expect([found, retryable]).toEqual([`KUBERNETES_${code}`, isRetryable]);
  expect(`${message} ${hint}`).toMatch(words);
});

test.each<[string, Pod, string, boolean, RegExp]>([
  [
    "an image that is not there",
    waiting("ImagePullBackOff", "not found"),
    "IMAGE_UNAVAILABLE",
    false,
    /not found.*ATALAYA_KUBERNETES_IMAGE/s,
  ],
  ["an image that nobody pulls", waiting("ErrImageNeverPull"), "IMAGE_UNAVAILABLE", true, /ATALAYA_KUBERNETES_PULL_POLICY/],
  [
    "a Secret that is missing",
    waiting("CreateContainerConfigError", 'secret "db" not found'),
    "CONFIGURATION_MISSING",
    false,
    /"db" not found.*ATALAYA_KUBERNETES_SECRETS/s,
  ],
  [
    "no node",
    pod({
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }],
    }),
    "UNSCHEDULABLE",
    false,
    /0\/3 nodes.*ATALAYA_KUBERNETES_CPU/s,
  ],
])("the pod waits for %s", (_what, of, code, isFinal, words) => {
  const state = judgeJob(job(), [of], facts, NOW);
  if (state.state !== "starting" || state.obstacle === null) throw new Error(`it is ${state.state}`);
  const { error } = state.obstacle;
  expect([error.code, state.obstacle.isFinal]).toEqual([`KUBERNETES_${code}`, isFinal]);
  expect(`${error.message} ${error.hint}`).toMatch(words);
});

test("a pod whose node does not say that it ended is given up a minute after its grace period", () => {
  const told = pod(
    { phase: "Running", containerStatuses: [{ name: "task", state: { running: {} } }] },
    { deletionTimestamp: "2026-11-21T11:58:30Z" },
  );
  expect(judgeJob(job(), [told], facts, NOW)).toMatchObject({ state: "ended", failure: { code: "KUBERNETES_POD_GONE" } });
  expect(judgeJob(job(), [told], facts, NOW - 60_000).state).toBe("running");
});

test("an index of an Indexed Job is judged by itself", () => {
  const of: Job = { metadata: { name: "j" }, status: { completedIndexes: "0,2-4", failedIndexes: "1" } };
  const index = (number: number) => ({ ...facts, index: number });
  const own = {
    ...ended(137, "OOMKilled"),
    metadata: { name: "p1", labels: { "batch.kubernetes.io/job-completion-index": "1" } },
  };
  expect(judgeJob(of, [own], index(3), NOW)).toEqual({ state: "ended", failure: null });
  expect(judgeJob(of, [own], index(1), NOW)).toMatchObject({ failure: { code: "KUBERNETES_OUT_OF_MEMORY" } });
  expect(judgeJob(of, [own], index(5), NOW).state).toBe("starting");
});

test("ranges of indexes", () => {
  expect([0, 1, 2, 3, 5].filter((index) => isInRanges("0,2-4,9", index))).toEqual([0, 2, 3]);
  expect(isInRanges(undefined, 0)).toBe(false);
  expect(isInRanges("", 0)).toBe(false);
});
