import type { AtalayaError } from "@atalaya/errors";
import type { Condition, Job, Pod } from "../api/objects.js";
import { INDEX_LABEL } from "../api/objects.js";
import { errors } from "../errors.js";
import { hasBegun, isOver, type Obstacle, obstacleOf, taskStatus } from "./obstacle.js";

/** What stands in errors about a step's Job. */
export interface JobFacts {
  readonly step: string;
  readonly job: string;
  readonly memory: string;
  readonly deadlineSeconds: number;
  /** Its place among the steps of an Indexed Job; null: the Job is its own. */
  readonly index: number | null;
}

/** Where a step stands, as its Job and pods tell. */
export type JobState =
  /** Suspended: somebody (Kueue, a person) lets it go later. That is no failure, however long it takes. */
  | { readonly state: "queued" }
  | { readonly state: "starting"; readonly obstacle: Obstacle | null; readonly hasPod: boolean }
  | { readonly state: "running" }
  /** failure null: by itself; what came of the step stands in its row. isLost: its node is away, so the Job itself does not end. */
  | { readonly state: "ended"; readonly failure: AtalayaError | null; readonly isLost?: true };

/** What `atalaya` ends with for a setting or a word that is wrong. */
const WRONG_USAGE = 2;
const SIGNAL = 128;
const KILLED = 137;
const TERMINATED = 143;
/** A pod that does not end long after it was told to stands on a node that is away. */
const LOST_AFTER_MS = 60_000;

/** Pure: the same Job and pods give the same state. */
export function judgeJob(job: Job, allPods: readonly Pod[], facts: JobFacts, now: number): JobState {
  const pods = podsOf(allPods, facts.index);
  const conditions = job.status?.conditions ?? [];
  const isTrue = (type: string): Condition | undefined => conditions.find((one) => one.type === type && one.status === "True");
  if (facts.index !== null) {
    if (isInRanges(job.status?.completedIndexes, facts.index)) return { state: "ended", failure: null };
    if (isInRanges(job.status?.failedIndexes, facts.index)) return { state: "ended", failure: explain(pods, facts, null) };
  }
  const failed = isTrue("FailureTarget") ?? isTrue("Failed");
  if (failed !== undefined) return { state: "ended", failure: explain(pods, facts, failed) };
  if (isTrue("Complete") ?? isTrue("SuccessCriteriaMet")) return { state: "ended", failure: null };
  const lost = pods.find((pod) => isLost(pod, now));
  if (lost !== undefined) {
    const because = `its node does not say that it ended (${lost.metadata.name})`;
    return { state: "ended", failure: errors.POD_GONE({ ...facts, because }), isLost: true };
  }
  const latest = pods.filter((pod) => !isOver(pod)).at(-1);
  if (latest !== undefined && hasBegun(latest)) return { state: "running" };
  if (latest === undefined && (job.spec?.suspend === true || isTrue("Suspended"))) return { state: "queued" };
  // The pod has ended and the Job does not know it yet.
  if (latest === undefined && pods.some(isOver)) return { state: "running" };
  const obstacle = latest === undefined ? null : obstacleOf(latest, facts);
  return { state: "starting", obstacle, hasPod: latest !== undefined };
}

/** Pods of a step, the oldest first. */
export function podsOf(pods: readonly Pod[], index: number | null): Pod[] {
  const own = index === null ? [...pods] : pods.filter(({ metadata }) => metadata.labels?.[INDEX_LABEL] === String(index));
  return own.sort((a, b) => ((a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? -1 : 1));
}

function isLost({ metadata, status }: Pod, now: number): boolean {
  const { deletionTimestamp } = metadata;
  if (deletionTimestamp === undefined || status?.phase === "Failed" || status?.phase === "Succeeded") return false;
  // The timestamp is the end of the grace period already.
  return now - Date.parse(deletionTimestamp) > LOST_AFTER_MS;
}

/** Why a Job failed, in words that name what to change; null: the step has said it itself, in its row. */
function explain(pods: readonly Pod[], facts: JobFacts, condition: Condition | null): AtalayaError | null {
  if (condition?.reason === "DeadlineExceeded") return errors.DEADLINE_EXCEEDED({ ...facts, seconds: facts.deadlineSeconds });
  const last = pods.at(-1);
  if (last === undefined) return errors.POD_GONE({ ...facts, because: condition?.message ?? "it was deleted" });
  const ended = taskStatus(last)?.state?.terminated;
  if (ended?.reason === "OOMKilled") return errors.OUT_OF_MEMORY(facts);
  const disruption = last.status?.conditions?.find(({ type, status }) => type === "DisruptionTarget" && status === "True");
  if (disruption !== undefined || last.status?.reason === "Evicted") {
    return errors.EVICTED({ ...facts, because: disruption?.message ?? last.status?.message ?? "no reason given" });
  }
  if (last.metadata.deletionTimestamp !== undefined || ended === undefined) {
    return errors.POD_GONE({ ...facts, because: last.status?.message ?? condition?.message ?? "it was deleted" });
  }
  if (ended.exitCode === TERMINATED) return errors.POD_GONE({ ...facts, because: "it was told to stop" });
  const words = (ended.message ?? "").trim().split("\n").slice(-3).join(" ");
  if (ended.exitCode === WRONG_USAGE) return errors.POD_WRONG_SETTING({ ...facts, words: words || "exit code 2" });
  if (ended.exitCode === KILLED) return errors.POD_FAILED({ ...facts, how: "SIGKILL" });
  const how = ended.exitCode > SIGNAL ? `signal ${ended.exitCode - SIGNAL}` : `exit code ${ended.exitCode}`;
  return errors.POD_FAILED({ ...facts, how: words === "" ? how : `${how}: ${words}` });
}

/** `0,2-4` holds 3. */
export function isInRanges(ranges: string | undefined, index: number): boolean {
  return (ranges ?? "").split(",").some((range) => {
    const [low, high = low] = range.split("-");
    return low !== undefined && low !== "" && index >= Number(low) && index <= Number(high);
  });
}
