import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { runNode } from "./subprocess.mjs";

/** What the console's page is made of: its own sources, and what `tsc -b` made of the packages that it carries. */
const INGREDIENTS = [
  "packages/console/index.html",
  "packages/console/vite.config.ts",
  "packages/console/public",
  "packages/console/src",
  "packages/learn/dist",
  "packages/errors/dist",
  "package-lock.json",
];
const PAGE = "packages/console/dist/page";
const STAMP = `${PAGE}/.made-of`;
/** What a browser takes compressed. */
const TEXTS = /\.(?:html|js|css|svg)$/;

/**
 * Builds the console's page with Vite, only when something that it is made of has changed since. Call it after `tsc -b`.
 *
 * @param {string} root
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function buildPage(root) {
  const ingredients = fingerprint(root);
  const stamp = join(root, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === ingredients) return { code: 0, output: "" };
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const { code, output } = await runNode([vite, "build", "packages/console", "--logLevel", "error"], { cwd: root });
  if (code === 0) {
    compress(join(root, PAGE));
    writeFileSync(stamp, ingredients);
  }
  return { code: code ?? 1, output };
}

/**
 * Puts `x.br` beside every text `x` of the page: a server sends it as it is, smaller than what it could make in time.
 *
 * @param {string} folder
 */
function compress(folder) {
  for (const file of filesOf(folder).filter((path) => TEXTS.test(path))) {
    const text = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
    const small = brotliCompressSync(text, { params });
    if (small.length < text.length) writeFileSync(`${file}.br`, small);
  }
}

/**
 * Names, sizes and times of all files, which is enough to see a change and takes milliseconds.
 *
 * @param {string} root
 */
function fingerprint(root) {
  const hash = createHash("sha256");
  for (const ingredient of INGREDIENTS) {
    for (const file of filesOf(join(root, ingredient))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tsbuildinfo"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { code, output } = await buildPage(fileURLToPath(new URL("..", import.meta.url)));
  process.stdout.write(output);
  process.exitCode = code;
}
