import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedPages } from "../docs.mjs";

/**
 * docs/errors.md and docs/settings.md say what the sources say.
 *
 * @param {string} root
 * @returns {Promise<import("../check.mjs").Findings>}
 */
export async function checkGeneratedPages(root) {
  const problems = Object.entries(await generatedPages(root))
    .filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text)
    .map(([path]) => `${path} is stale or missing. Run "npm run docs" and commit it.`);
  return { problems, notes: [] };
}
