import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { installPackages } from "./python-packages.mjs";
import { runToEnd } from "./subprocess.mjs";

const OLDEST_MINOR = 10;

/**
 * The Python interpreter of a virtual environment with exactly these packages, made where it is missing: benchmarks and
 * checks against Python libraries bring their own. It lies in the user's cache under a name that carries the hash of the
 * list, so a changed list is a new environment, and two processes that want the same one wait for each other.
 *
 * @param {string} requirements  path of a pip requirements file
 * @param {(line: string) => void} [say]
 * @returns {Promise<string>} path of the interpreter
 * @throws when there is no Python of at least 3.10, or a package cannot be had
 */
export async function pythonEnvironment(requirements, say = () => {}) {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atalaya", "python");
  const name = `${basename(requirements).replace(/\.txt$/, "")}-${hash}`;
  const folder = join(cache, name);
  const python = join(folder, "bin", "python");
  const complete = join(folder, "complete");
  if (existsSync(complete)) return python;
  mkdirSync(cache, { recursive: true });
  const release = await takeTurn(`${folder}.lock`);
  try {
    if (existsSync(complete)) return python;
    say(`installing ${requirements} (once) …`);
    rmSync(folder, { recursive: true, force: true });
    const base = await newestPython();
    const { code, output } = await runToEnd(base, ["-m", "venv", folder]);
    if (code !== 0) throw new Error(`${base} -m venv ${folder} ended with code ${code}:\n${output}`);
    await installPackages(python, requirements, cache);
    writeFileSync(complete, "");
    return python;
  } finally {
    release();
  }
}

async function newestPython() {
  for (const candidate of ["python3.13", "python3.12", "python3.11", "python3", "python3.10"]) {
    const { code, output } = await runToEnd(candidate, ["-c", "import sys, venv, ensurepip; print(*sys.version_info[:2])"]);
    const [major = 0, minor = 0] = output.trim().split(" ").map(Number);
    if (code === 0 && major === 3 && minor >= OLDEST_MINOR) return candidate;
  }
  throw new Error(`Python 3.${OLDEST_MINOR} or newer with venv is needed (Debian: apt-get install python3-venv).`);
}

/**
 * Waits until nobody else holds the folder; a holder that died long ago is not waited for.
 *
 * @param {string} lock
 * @returns {Promise<() => void>}
 */
async function takeTurn(lock) {
  const file = join(lock, "pid");
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(file, String(process.pid));
      return () => rmSync(lock, { recursive: true, force: true });
    } catch {
      if (!isAlive(file)) rmSync(lock, { recursive: true, force: true });
      await wait(500);
    }
  }
}

/** @param {string} file */
function isAlive(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH";
  }
}

// node tools/python-environment.mjs REQUIREMENTS: for scripts. Prints the path of the interpreter.
const [script, asked] = process.argv.slice(1);
if (script === fileURLToPath(import.meta.url) && asked !== undefined) {
  process.stdout.write(`${await pythonEnvironment(asked, (line) => process.stderr.write(`${line}\n`))}\n`);
}
