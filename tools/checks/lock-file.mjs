import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingOptionals, readLock } from "../lock-file.mjs";

/**
 * package-lock.json says what every package.json says, for all systems: otherwise `npm ci` refuses it in a fresh clone.
 *
 * @param {string} root
 * @returns {import("../check.mjs").Findings}
 */
export function checkLockFile(root) {
  const lock = readLock(root);
  const problems = missingOptionals(lock).map(
    ({ path, wantedBy }) => `package-lock.json lacks ${path}, which ${wantedBy} names.`,
  );
  for (const [folder, entry] of Object.entries(lock.packages)) {
    if (folder.includes("node_modules/")) continue;
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    for (const part of /** @type {const} */ (["dependencies", "devDependencies", "bin"])) {
      if (asText(manifest[part]) === asText(entry[part])) continue;
      problems.push(`package-lock.json has other ${part} for ${join(folder, "package.json")} than it says.`);
    }
  }
  if (problems.length > 0) problems.push('Cure: "npm run lock".');
  return { problems, notes: [] };
}

/** @param {unknown} part */
function asText(part) {
  return JSON.stringify(Object.entries(part ?? {}).sort(([left], [right]) => (left < right ? -1 : 1)));
}
