// Compiles the AssemblyScript kernels of packages/learn to WebAssembly, when they are older than their sources.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runNode } from "./subprocess.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = "packages/learn/assembly";
const BUILT = "packages/learn/dist/kernels";
const COMPILER = "node_modules/assemblyscript/bin/asc.js";

/** Options of all modules; no runtime, no bounds checks of arrays (there are none), memory from outside. */
const options =
  "-O3 --converge --noAssert --uncheckedBehavior always --runtime stub --enable simd --enable bulk-memory --importMemory --noExportMemory --initialMemory 1 --maximumMemory 65536".split(
    " ",
  );
/**
 * What is built: source and options of each module. Training comes twice, for a memory that threads share and for one that
 * they do not (browsers give shared ones to few pages).
 *
 * @type {Record<string, readonly string[]>}
 */
const modules = {
  "training.wasm": ["training.ts"],
  "training-shared.wasm": ["training.ts", "--enable", "threads", "--sharedMemory"],
};

/** Prediction and SHAP: small, and carried in the source as text, since a browser and a bundler read no file beside it. */
const ANSWERING = "packages/learn/src/kernels/answering-wasm.ts";

/**
 * Builds what is missing or stale. Files are replaced whole, so that another process that starts meanwhile reads one or the other.
 *
 * @param {string} root
 * @returns {Promise<string | null>} the compiler's output where it failed
 */
export async function buildKernels(root) {
  const stamp = join(root, BUILT, ".sources");
  const hash = hashOfSources(root);
  const isFresh = Object.keys(modules).every((file) => existsSync(join(root, BUILT, file)));
  if (isFresh && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return null;
  mkdirSync(join(root, BUILT), { recursive: true });
  for (const [file, [source = "", ...own]] of Object.entries(modules)) {
    const built = join(root, BUILT, `.${process.pid}.${file}`);
    const args = [join(root, COMPILER), join(root, SOURCES, source), "-o", built, ...options, ...own];
    const { code, output } = await runNode(args, { cwd: root });
    if (code !== 0) return output;
    renameSync(built, join(root, BUILT, file));
  }
  const problem = await buildAnswering(root);
  if (problem !== null) return problem;
  writeFileSync(stamp, hash);
  return null;
}

/** @param {string} root */
async function buildAnswering(root) {
  const built = join(root, BUILT, `.${process.pid}.answering.wasm`);
  const small = options.map((option) => (option === "1" ? "0" : option));
  const { code, output } = await runNode([join(root, COMPILER), join(root, SOURCES, "answering.ts"), "-o", built, ...small], {
    cwd: root,
  });
  if (code !== 0) return output;
  const text = readFileSync(built).toString("base64");
  rmSync(built);
  const source = `// Made by tools/kernels.mjs from assembly/answering.ts.\nexport const ANSWERING_WASM: string =\n  "${text}";\n`;
  const file = join(root, ANSWERING);
  if (existsSync(file) && readFileSync(file, "utf8") === source) return null;
  writeFileSync(`${file}.${process.pid}`, source);
  renameSync(`${file}.${process.pid}`, file);
  return null;
}

/** @param {string} root */
function hashOfSources(root) {
  const hash = createHash("sha256").update(options.join(" ")).update(JSON.stringify(modules));
  for (const file of readdirSync(join(root, SOURCES)).sort()) hash.update(file).update(readFileSync(join(root, SOURCES, file)));
  hash.update(readFileSync(join(root, "node_modules/assemblyscript/package.json")));
  return hash.digest("hex");
}

/** For vitest, before the first test. */
export async function setup() {
  const problem = await buildKernels(repository);
  if (problem !== null) throw new Error(problem);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const problem = await buildKernels(repository);
  if (problem !== null) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 1;
  }
}
