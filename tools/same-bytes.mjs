// One model hash for 1, 2, 3 and 7 threads, for other versions of Node and for the TypeScript twin: node tools/same-bytes.mjs.
// Brings the other versions from the package registry.
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { closingLine } from "./run-tests.mjs";
import { endingChildrenOnSignal, excerpt, runToEnd } from "./subprocess.mjs";

/** Major versions beside the one that runs this. */
const OTHER_VERSIONS = [22];
const SCRIPT = join(repository, "tools/interop/model-hashes.mjs");

/** @typedef {{ node: string, kernels: "wasm" | "twin", hashes: Record<string, string> }} Hashes */

let passed = 0;
let failed = 0;

/** @param {boolean} ok @param {string} what */
function report(ok, what) {
  if (ok) passed++;
  else failed++;
  process.stdout.write(`${ok ? "ok  " : "FAIL"} ${what}\n`);
}

requireNodeVersion();
await prepare();
await endingChildrenOnSignal(compareAll);
process.stdout.write(`${closingLine({ passed, failed, skipped: 0 })}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function compareAll() {
  const reference = await hashesBy(process.execPath, []);
  report(reference.kernels === "wasm", `Node ${reference.node} trains in WebAssembly`);
  const one = /, 1 thread\(s\)$/;
  for (const [name, hash] of Object.entries(reference.hashes)) {
    const alone = name.replace(/, \d+ thread\(s\)$/, ", 1 thread(s)");
    if (alone !== name) report(reference.hashes[alone] === hash, `${name}: as with ${alone.match(one)?.[0].slice(2)}`);
  }
  const twin = await hashesBy(process.execPath, ["--no-expose-wasm"]);
  report(twin.kernels === "twin", `Node ${twin.node} without WebAssembly trains in the TypeScript twin`);
  compare(twin, reference, "the twin");
  for (const major of OTHER_VERSIONS) {
    const other = await hashesBy(await nodeOf(major), []);
    report(other.node.startsWith(`v${major}.`), `Node ${other.node} runs`);
    compare(other, reference, `Node ${other.node}`);
  }
}

/** @param {Hashes} found @param {Hashes} reference @param {string} where */
function compare(found, reference, where) {
  for (const [name, hash] of Object.entries(found.hashes))
    report(reference.hashes[name] === hash, `${name}: the same bytes on ${where}`);
}

/** @param {string} node @param {readonly string[]} flags @returns {Promise<Hashes>} */
async function hashesBy(node, flags) {
  const { code, output } = await runToEnd(node, [...flags, SCRIPT]);
  const line = output.split("\n").find((one) => one.startsWith("{"));
  if (code !== 0 || line === undefined)
    throw new Error(`${node} ${flags.join(" ")} ended with code ${code}:\n${excerpt(output)}`);
  return JSON.parse(line);
}

/**
 * The newest Node of a major version, from the package registry, kept in the user's cache.
 *
 * @param {number} major
 */
async function nodeOf(major) {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atalaya", `node-${major}`);
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const file = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const { code, output } = await runToEnd("npm", [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--loglevel=error",
    `${name}@${major}`,
  ]);
  if (code !== 0 || !existsSync(file)) throw new Error(`Node ${major} could not be installed:\n${excerpt(output)}`);
  return file;
}
