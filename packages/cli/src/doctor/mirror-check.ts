import { type MirrorStatus, mirrorStatus } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import { type Check, saw } from "./check.js";

/** Changes that wait for longer are told: an outage, or a mirror that nobody carries out. */
const longestLagSeconds = 300;

/** Whether the other MLflow server has everything. */
export function mirrorCheck(store: Store): Check {
  return {
    name: "MLflow mirror",
    look: async () => {
      const status = await mirrorStatus(store);
      if (status === null) return saw("nothing was mirrored yet: `atalaya up` begins");
      const trouble = troubleOf(status);
      if (trouble !== null) throw new Error(trouble);
      const { url, waiting } = status;
      return saw(waiting === 0 ? `${url} has everything` : `${url} is ${lag(status)} behind, ${waiting} changes wait`);
    },
    cure: "Check MLFLOW_TRACKING_URI and that server. What waits is sent when it answers; what it refused stays in the table outbox.",
  };
}

function troubleOf(status: MirrorStatus): string | null {
  const { url, waiting, givenUp, lastRefusal, failures, failure } = status;
  if (failures > 0) return `${failure ?? `${url} fails`}; ${waiting} changes wait, the oldest for ${lag(status)}`;
  if (status.lagSeconds > longestLagSeconds) return `${url} is ${lag(status)} behind, and nothing sends its ${waiting} changes`;
  return givenUp === 0 ? null : `${givenUp} changes were refused, the last because ${lastRefusal ?? "of something unknown"}`;
}

function lag({ lagSeconds }: MirrorStatus): string {
  return lagSeconds < 120 ? `${Math.round(lagSeconds)} s` : `${Math.round(lagSeconds / 60)} min`;
}
