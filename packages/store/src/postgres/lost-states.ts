import { readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { readPidFile } from "./pid-file.js";

/** File in a state directory outside of its home that names the home. */
export const homeFile = "home";

/**
 * Removes the states of temporary homes that are gone, such as those of tests that root ran. A home elsewhere may only not
 * be mounted yet: its state stays until somebody removes it.
 */
export async function sweepLostStates(shared: string): Promise<void> {
  const temporary = (await realpath(tmpdir())) + sep;
  for (const name of await readdir(shared)) {
    const directory = join(shared, name);
    const home = await readFile(join(directory, homeFile), "utf8").catch(() => "");
    if (!home.startsWith(temporary) || (await stat(join(home, "postgres", "location.json")).catch(() => null))) continue;
    const running = await readPidFile(join(directory, "data"));
    if (running?.isAlive) process.kill(running.pid, "SIGQUIT");
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
  }
}
