import type { AtalayaError } from "@atalaya/errors";
import { type ContainerStatus, type Pod, TASK_CONTAINER } from "../api/objects.js";
import { errors } from "../errors.js";

/** What keeps a pod from starting. */
export interface Obstacle {
  readonly error: AtalayaError;
  /** It cannot go away by itself: nobody waits. */
  readonly isFinal: boolean;
}

const OF_IMAGE = new Set([
  "ImagePullBackOff",
  "ErrImagePull",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
]);
const FINAL_OF_IMAGE = new Set(["ErrImageNeverPull", "InvalidImageName"]);
const OF_CONFIGURATION = new Set(["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]);

/** What keeps this pod from starting; null: nothing that it tells of. */
export function obstacleOf(pod: Pod, of: { readonly step: string; readonly job: string }): Obstacle | null {
  const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = pod.status ?? {};
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const reason = state?.waiting?.reason ?? "";
    const because = sentence(reason, state?.waiting?.message);
    if (OF_IMAGE.has(reason)) return { error: errors.IMAGE_UNAVAILABLE({ ...of, because }), isFinal: FINAL_OF_IMAGE.has(reason) };
    if (OF_CONFIGURATION.has(reason)) return { error: errors.CONFIGURATION_MISSING({ ...of, because }), isFinal: false };
  }
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable") {
    return { error: errors.UNSCHEDULABLE({ ...of, because: scheduled.message ?? "no reason given" }), isFinal: false };
  }
  return null;
}

export function taskStatus(pod: Pod): ContainerStatus | null {
  return pod.status?.containerStatuses?.find(({ name }) => name === TASK_CONTAINER) ?? null;
}

/** True when the container of the step has begun, whether or not it goes on: it may have printed something. */
export function hasBegun(pod: Pod): boolean {
  const state = taskStatus(pod)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}

export function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed" || taskStatus(pod)?.state?.terminated !== undefined;
}

function sentence(reason: string, message: string | undefined): string {
  return message === undefined || message === "" ? reason : `${reason}: ${message}`;
}
