import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { errors } from "../errors.js";
import { findFiles } from "./find-files.js";
import { hasManifest, type Manifest, readManifest } from "./manifest.js";

/** A project before any of its code is loaded. */
export interface ProjectLocation {
  /** Absolute. */
  readonly directory: string;
  readonly manifest: Manifest;
}

export const defaultPatterns: readonly string[] = ["**/*.pipeline.ts", "pipelines/*.ts"];
/** What shows that a folder is a project; it is not searched deeper, or `/` would be read whole. */
const signs: readonly string[] = ["*.pipeline.ts", "pipelines/*.ts"];

/**
 * The project: the folder given, or the nearest one upwards from `start` with the key `atalaya` in its package.json or
 * with pipeline files.
 *
 * @throws CLI_NO_DIRECTORY, CLI_NO_PROJECT, CLI_BAD_MANIFEST
 */
export function locateProject(start: string, given: string | null): ProjectLocation {
  if (given !== null) {
    const directory = resolve(start, given);
    if (!isDirectory(directory)) throw errors.NO_DIRECTORY({ path: directory });
    return { directory, manifest: readManifest(directory) };
  }
  const directory = nearestProject(resolve(start));
  if (directory === null) throw errors.NO_PROJECT({ start: resolve(start) });
  return { directory, manifest: readManifest(directory) };
}

function nearestProject(start: string): string | null {
  for (let directory = start; ; directory = dirname(directory)) {
    if (hasManifest(directory) || signs.some((pattern) => findFiles(directory, pattern).length > 0)) return directory;
    if (dirname(directory) === directory) return null;
  }
}

export function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** An absolute path inside the project. */
export function projectPath(location: ProjectLocation, path: string): string {
  return join(location.directory, path);
}
