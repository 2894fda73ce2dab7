import { type Executor, isPipeline } from "@atalaya/define";
import type { Settings } from "@atalaya/settings";
import type { Project } from "../project/load-project.js";

/** Where steps of the project may run: where the setting says, or a pipeline, or a step of one. */
export function wantedExecutors(
  { pipelines }: Pick<Project, "pipelines">,
  { executor }: Pick<Settings, "executor">,
): ReadonlySet<Executor> {
  if (executor !== null) return new Set([executor]);
  const declared = [...pipelines.values()].flatMap((pipeline): Executor[] => {
    const runsOn = isPipeline(pipeline) ? pipeline.definition.runsOn : undefined;
    if (runsOn === undefined) return [];
    return [runsOn.executor, ...Object.values(runsOn.steps).flatMap((step) => step.executor ?? [])];
  });
  return new Set(declared);
}
