import { type Durable, isPipeline, type Pipeline } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";
import type { Settings } from "@atalaya/settings";
import type { ProjectLocation } from "./locate-project.js";

/** Settings from which a pipeline reads addresses. A durable workflow names none: it is the user's own code. */
export function settingsOf(pipeline: Pipeline | Durable): string[] {
  if (!isPipeline(pipeline)) return [];
  const { source, evaluate } = pipeline.definition;
  return [...new Set([source.url.setting, ...(evaluate.replay === null ? [] : [evaluate.replay.url.setting])])];
}

/**
 * Each address that a pipeline reads is set, or has a sample.
 *
 * @throws SETTINGS_ADDRESS_MISSING, SETTINGS_URL_INVALID
 */
export function checkAddresses(location: ProjectLocation, settings: Settings, pipeline: Pipeline | Durable): void {
  for (const name of settingsOf(pipeline)) {
    if (isAddressSet(settings, name) || !location.manifest.samples.has(name)) settings.address(name);
  }
}

/** True when the environment names an address for it, even a wrong one. */
export function isAddressSet(settings: Settings, name: string): boolean {
  try {
    settings.address(name);
    return true;
  } catch (error) {
    return !(isAtalayaError(error) && error.code === "SETTINGS_ADDRESS_MISSING");
  }
}
