import { isPipeline } from "@atalaya/define";
import { servingOf } from "@atalaya/run";
import type { Store } from "@atalaya/store";
import type { Project } from "../project/load-project.js";

/** Tells services how the project's pipelines say that they are served: it counts at once, for the version that is served too. */
export async function declareServing(
  { pipelines }: Pick<Project, "pipelines">,
  { serving }: Pick<Store, "serving">,
): Promise<void> {
  for (const pipeline of pipelines.values()) {
    if (isPipeline(pipeline)) await serving.declare(pipeline.name, servingOf(pipeline.definition));
  }
}
