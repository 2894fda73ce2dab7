import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "./build-page.mjs";
import { buildKernels } from "./kernels.mjs";
import { endingChildrenOnSignal, excerpt, runNode, runToEnd } from "./subprocess.mjs";

export const repository = fileURLToPath(new URL("..", import.meta.url));

/** Written into node_modules after an installation that ended well; holds the hash of the lock file it came from. */
const STAMP = "node_modules/.atalaya-installed";

/**
 * Installs what package-lock.json names (only when node_modules is missing or from another lock) and builds every package
 * (incrementally). Quiet when there is nothing to do; on a failure prints the end of the log and ends the process.
 *
 * @param {{ build?: boolean }} [options]  `build: false` installs only
 */
export async function prepare({ build: alsoBuild = true } = {}) {
  await endingChildrenOnSignal(async () => {
    if (!isInstalled(repository)) await install();
    if (alsoBuild) await build();
  });
}

/**
 * True when node_modules holds what the lock file names.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  const lockFile = join(root, "package-lock.json");
  const stampFile = join(root, STAMP);
  const hash = hashOf(lockFile);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return true;
  if (!holdsEveryPackage(root)) return false;
  writeFileSync(stampFile, hash);
  return true;
}

/**
 * Compares the lock file with the one that npm leaves in node_modules, so that a developer's own `npm install` is not
 * thrown away. Packages of other systems (optional) may be missing.
 *
 * @param {string} root
 */
function holdsEveryPackage(root) {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    const sameCommands = JSON.stringify(found.bin) === JSON.stringify(entry.bin);
    return found.version === entry.version && found.integrity === entry.integrity && sameCommands;
  });
}

async function install() {
  say("Installing packages (only now, and when package-lock.json changes) …");
  // --include=dev: the compiler is a development dependency, and NODE_ENV=production would leave it out.
  const args = ["ci", "--include=dev", "--ignore-scripts", "--prefer-offline", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const { code, output } = isNpm
    ? await runNode([npm, ...args], { cwd: repository })
    : await runToEnd("npm", args, { cwd: repository, shell: process.platform === "win32" });
  if (code !== 0) giveUp("The packages could not be installed (npm ci).", output);
  writeFileSync(join(repository, STAMP), hashOf(join(repository, "package-lock.json")));
}

async function build() {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const { code, output } = await runNode([compiler, "-b"], { cwd: repository });
  if (code !== 0) giveUp("The packages could not be built (tsc -b).", output);
  const problem = await buildKernels(repository);
  if (problem !== null) giveUp("The kernels could not be compiled (asc).", problem);
  const page = await buildPage(repository);
  if (page.code !== 0) giveUp("The console's page could not be built (vite build).", page.output);
}

/** @param {string} file */
function hashOf(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * @param {string} problem
 * @param {string} log
 * @returns {never}
 */
function giveUp(problem, log) {
  say(`${excerpt(log)}\n\n${problem} Its output is above.`);
  process.exit(1);
}
