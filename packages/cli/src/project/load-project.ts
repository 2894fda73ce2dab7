import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as language from "@atalaya/define";
import { type Durable, isDurable, isPipeline, type Pipeline } from "@atalaya/define";
import { createJiti, type Jiti } from "jiti";
import { errors } from "../errors.js";
import { suggest } from "../terminal/suggest.js";
import { findFiles, isPattern } from "./find-files.js";
import { explainLoadFailure } from "./load-failure.js";
import { defaultPatterns, type ProjectLocation } from "./locate-project.js";

/** A project with its pipelines, by name in the order of files. */
export interface Project extends ProjectLocation {
  readonly pipelines: ReadonlyMap<string, Pipeline | Durable>;
  /** File of each pipeline, relative to the project. */
  readonly fileByPipeline: ReadonlyMap<string, string>;
}

/**
 * Imports every pipeline file and registers each exported pipeline by its name.
 *
 * `@atalaya/define` is always this program's own copy, so a project runs without an install of its own, and a pipeline
 * can never be built by another version of the language than the one that carries it out.
 *
 * Cost: 0.2 s, nearly all of it to load the compiler; a tenth of it where the home has each file as compiled before.
 *
 * @param home  keeps compiled files, each with the hash of the text that it was made of; null: nothing is kept
 * @throws CLI_NO_PIPELINES, CLI_NO_FILE, CLI_DUPLICATE_PIPELINE, CLI_PIPELINE_SYNTAX, CLI_PIPELINE_FILE
 */
export async function loadProject(location: ProjectLocation, home: string | null = null): Promise<Project> {
  const files = pipelineFiles(location);
  const loader = createJiti(import.meta.url, {
    virtualModules: { "@atalaya/define": language },
    interopDefault: false,
    fsCache: home === null ? false : compiledFolder(home),
  });
  const pipelines = new Map<string, Pipeline | Durable>();
  const fileByPipeline = new Map<string, string>();
  for (const file of files) {
    for (const value of await importPipelines(loader, location, file)) {
      const { name } = value.definition;
      const known = pipelines.get(name);
      // The same value under two exports, or passed on by another file, is one pipeline.
      if (known === value) continue;
      if (known !== undefined) {
        throw errors.DUPLICATE_PIPELINE({ name, first: fileByPipeline.get(name) ?? file, second: file });
      }
      pipelines.set(name, value);
      fileByPipeline.set(name, file);
    }
  }
  if (pipelines.size === 0) throw noPipelines(location);
  return { ...location, pipelines, fileByPipeline };
}

/** False: the home cannot be written to, which costs the compiler at every start and nothing else. */
function compiledFolder(home: string): string | false {
  try {
    // As the store makes it: PostgreSQL may run as another account, who must be able to enter.
    if (mkdirSync(home, { recursive: true }) !== undefined) chmodSync(home, 0o755);
    return join(home, "compiled");
  } catch {
    return false;
  }
}

/** The pipeline of this name. @throws CLI_UNKNOWN_PIPELINE with a suggestion */
export function pipelineNamed(project: Project, name: string): Pipeline | Durable {
  const found = project.pipelines.get(name);
  if (found !== undefined) return found;
  const known = [...project.pipelines.keys()];
  throw errors.UNKNOWN_PIPELINE({ given: name, suggestion: suggest(name, known), known });
}

function patternsOf(location: ProjectLocation): readonly string[] {
  return location.manifest.pipelines ?? defaultPatterns;
}

function noPipelines(location: ProjectLocation): Error {
  return errors.NO_PIPELINES({ project: location.directory, patterns: patternsOf(location) });
}

function pipelineFiles(location: ProjectLocation): string[] {
  const files = new Set<string>();
  for (const pattern of patternsOf(location)) {
    if (isPattern(pattern)) {
      for (const file of findFiles(location.directory, pattern)) {
        if (!/\.(test|d)\.[cm]?ts$/.test(file)) files.add(file);
      }
      continue;
    }
    if (!existsSync(resolve(location.directory, pattern))) {
      throw errors.NO_FILE({
        path: `${pattern} in ${location.directory}, which its package.json lists under \`atalaya.pipelines\``,
      });
    }
    files.add(pattern);
  }
  if (files.size === 0) throw noPipelines(location);
  return [...files];
}

async function importPipelines(loader: Jiti, location: ProjectLocation, file: string): Promise<(Pipeline | Durable)[]> {
  const path = resolve(location.directory, file);
  try {
    const exported = await loader.import<Record<string, unknown>>(path);
    return Object.values(exported).filter((value) => isPipeline(value) || isDurable(value));
  } catch (error) {
    const failure = explainLoadFailure(error, path, location.directory);
    const at = relative(location.directory, failure.file) + failure.position;
    throw failure.isSyntax
      ? errors.PIPELINE_SYNTAX({ at, why: failure.why }, error)
      : errors.PIPELINE_FILE({ at, why: failure.why, hint: failure.hint }, error);
  }
}
