import type { Registry } from "@atalaya/registry";
import { errors } from "../errors.js";
import { suggest } from "../terminal/suggest.js";
import type { StateLocation } from "./state-location.js";

/**
 * Refuses a name that neither the registry nor the project knows. Where nothing is known at all, as in a serving
 * container that came up before the first training, any name may be right.
 *
 * @throws CLI_UNKNOWN_PIPELINE
 */
export async function checkPipelineName(name: string, location: StateLocation, registry: Registry): Promise<void> {
  const trained = await registry.pipelines();
  if (trained.includes(name)) return;
  const known = [...new Set([...trained, ...(await declaredPipelines(location))])];
  if (known.length === 0 || known.includes(name)) return;
  throw errors.UNKNOWN_PIPELINE({ given: name, suggestion: suggest(name, known), known });
}

/** Names in the project's files; none when they cannot be loaded: that is another command's error to tell. */
async function declaredPipelines({ project }: StateLocation): Promise<string[]> {
  if (project === null) return [];
  const { loadProject } = await import("../project/load-project.js");
  try {
    return [...(await loadProject(project)).pipelines.keys()];
  } catch {
    return [];
  }
}
