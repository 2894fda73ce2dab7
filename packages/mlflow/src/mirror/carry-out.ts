import { lookAtArtifact } from "./artifacts.js";
import { lookAtExperiment } from "./experiments.js";
import type { OtherSide } from "./other-side.js";
import type { Job } from "./plan.js";
import { log, lookAtRun, pushWhole } from "./runs.js";
import { lookAtAlias, lookAtModel, lookAtVersion, rename } from "./versions.js";

/**
 * Brings one change to the other side. Doing so twice is as good as once.
 *
 * @throws MLFLOW_REMOTE_AWAY, MLFLOW_REMOTE_REFUSED, MLFLOW_MIRROR_ARTIFACTS_ELSEWHERE
 */
export async function carryOut(side: OtherSide, job: Job): Promise<void> {
  if (job.kind === "log") return log(side, job);
  const { subject } = job;
  // A name has no slash; a version and an alias have none either.
  const cut = subject.lastIndexOf("/");
  const [name, last] = [subject.slice(0, cut), subject.slice(cut + 1)];
  switch (job.kind) {
    case "experiment":
      return lookAtExperiment(side, Number(subject));
    case "run":
      return lookAtRun(side, subject);
    case "whole":
      await pushWhole(side, subject);
      return;
    case "artifact":
      return lookAtArtifact(side, subject);
    case "model":
      return lookAtModel(side, subject);
    case "renamed":
      return rename(side, subject, String(job.content));
    case "version":
      return lookAtVersion(side, name, Number(last));
    case "alias":
      return lookAtAlias(side, name, last);
  }
}
