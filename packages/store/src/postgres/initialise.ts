import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errors } from "../errors.js";
import { childOptions, type ServerPlace, spawnFailure } from "./server.js";

export const databaseUser = "atalaya";

/**
 * Makes the data directory once. initdb works in a temporary directory that gets its name at the end, so one that was
 * interrupted leaves only something to throw away. Call it under the start lock.
 *
 * @throws STORE_INITDB_FAILED, STORE_DISK_FULL, STORE_DATA_OF_ANOTHER_VERSION
 */
export async function initialise(place: ServerPlace, passwordFile: string, onFirst: () => void = () => undefined): Promise<void> {
  const version = await readFile(join(place.dataDirectory, "PG_VERSION"), "utf8").catch(() => null);
  if (version !== null) {
    const found = version.trim();
    if (found === place.binaries.major) return;
    throw errors.DATA_OF_ANOTHER_VERSION({ directory: place.dataDirectory, found, expected: place.binaries.major });
  }
  onFirst();
  await throwAwayInterrupted(place.dataDirectory);
  await makePassword(place, passwordFile);
  const temporary = `${place.dataDirectory}.making-${randomBytes(4).toString("hex")}`;
  await mkdir(temporary, { mode: 0o700 });
  if (place.account !== null) await chown(temporary, place.account.uid, place.account.gid);
  try {
    await runInitdb(place, temporary, passwordFile);
    await rename(temporary, place.dataDirectory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function throwAwayInterrupted(dataDirectory: string): Promise<void> {
  const parent = dirname(dataDirectory);
  for (const name of await readdir(parent)) {
    if (name.startsWith("data.making-")) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** A password that an interrupted start left is kept. The account owns the file: initdb reads it. */
async function makePassword(place: ServerPlace, passwordFile: string): Promise<void> {
  const length = await stat(passwordFile).then(
    (facts) => facts.size,
    () => 0,
  );
  if (length > 0) return;
  await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600, flush: true });
  if (place.account !== null) await chown(passwordFile, place.account.uid, place.account.gid);
}

async function runInitdb(place: ServerPlace, directory: string, passwordFile: string): Promise<void> {
  const program = join(place.binaries.directory, "bin", "initdb");
  // The built-in provider needs no locale of the system and sorts alike everywhere.
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = [`--username=${databaseUser}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  const child = spawn(program, [`--pgdata=${directory}`, ...locale, ...access, "--no-instructions"], {
    ...childOptions(place.account, dirname(directory)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => reject(spawnFailure(place, error)));
    child.once("close", resolve);
  });
  if (code === 0) return;
  const log = output.trim().split("\n").slice(-6).join(" | ");
  if (/No space left on device/i.test(output)) throw errors.DISK_FULL({ directory: place.dataDirectory, log });
  throw errors.INITDB_FAILED({ log });
}
