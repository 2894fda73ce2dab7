import { randomUUID } from "node:crypto";
import { link, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Makes a file that did not exist, whole at the moment its name appears.
 *
 * @returns false when the name is taken; the existing file is left as it is
 */
export async function createExclusively(path: string, text: string): Promise<boolean> {
  const temporary = join(dirname(path), `.new-${randomUUID()}`);
  await writeFile(temporary, text, { flush: true });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
