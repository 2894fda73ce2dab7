import { readdirSync } from "node:fs";
import { join } from "node:path";

const roots = ["packages", "applications", "tools", "bench", "e2e"];
const skipped = new Set(["node_modules", "dist", "goldens", "results", ".atalaya"]);

/**
 * Every TypeScript and JavaScript file of ours, relative to `root` with forward slashes, in a stable order. Reads the
 * folders, not git, so it works in a plain copy too.
 *
 * @param {string} root
 * @param {readonly string[]} [folders]
 * @returns {string[]}
 */
export function sourceFiles(root, folders = roots) {
  return folders.flatMap((folder) => walk(root, folder)).sort();
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function walk(root, folder) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(root, path);
    return /\.(ts|mts|tsx|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}
