import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { errors } from "../errors.js";
import { projectFiles } from "./project-files.js";
import type { StarterPlan } from "./starter-plan.js";

/** Larger data stay where they are, and the project refers to them. */
const mostCopiedBytes = 50_000_000;

/**
 * Writes a new project into a folder that must not exist; on a failure nothing of it stays.
 *
 * @returns paths of the files, relative to the folder
 * @throws CLI_EXISTS
 */
export async function writeProject(directory: string, plan: StarterPlan, dataPath: string): Promise<string[]> {
  const { size } = await stat(dataPath);
  const isCopied = size <= mostCopiedBytes;
  const sample = isCopied ? `sample/${basename(dataPath)}` : relative(directory, dataPath);
  await mkdir(dirname(directory), { recursive: true });
  try {
    await mkdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw errors.EXISTS({ path: directory }, error);
    throw error;
  }
  try {
    const files = projectFiles(plan, sample);
    for (const [path, text] of files) await writeFile(join(directory, path), text);
    if (isCopied) {
      await mkdir(join(directory, "sample"));
      await copyFile(dataPath, join(directory, sample));
    }
    return [...files.keys(), ...(isCopied ? [sample] : [])];
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
