import { isPipeline } from "@atalaya/define";
import type { Registry } from "@atalaya/registry";
import type { Project } from "../project/load-project.js";
import { formatTime } from "../terminal/format.js";

export type Decision = { readonly run: true } | { readonly run: false; readonly because: string };

/**
 * What `up` does with a pipeline: run what was begun and what has no model yet; leave the rest as it serves.
 *
 * @param options.force  run every pipeline
 */
export async function decide(
  name: string,
  options: {
    readonly project: Project;
    readonly registry: Registry;
    readonly unfinished: readonly string[];
    readonly force: boolean;
  },
): Promise<Decision> {
  const { project, registry, unfinished, force } = options;
  if (force || unfinished.includes(name)) return { run: true };
  const pipeline = project.pipelines.get(name);
  if (pipeline === undefined || !isPipeline(pipeline)) {
    return { run: false, because: `a workflow of its own; atalaya run ${name} starts it` };
  }
  const { alias } = pipeline.definition;
  const holder = await registry.aliasOf(name, alias);
  if (holder === null) return { run: true };
  return { run: false, because: `v${holder.version} in ${alias} since ${formatTime(holder.since)}; nothing new to do` };
}
