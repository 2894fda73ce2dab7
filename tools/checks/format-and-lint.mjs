import { join } from "node:path";
import { runNode } from "../subprocess.mjs";

/**
 * Biome: format, imports order and lint, writing nothing. Warnings are counted, not failed.
 *
 * @param {string} root
 * @param {readonly string[]} [paths]
 * @returns {Promise<import("../check.mjs").Findings>}
 */
export async function checkFormatAndLint(root, paths = ["."]) {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const { code, output } = await runNode(
    [biome, "check", "--colors=off", "--reporter=concise", "--max-diagnostics=200", ...paths],
    { cwd: root },
  );
  const warnings = /Found (\d+) warning/.exec(output)?.[1];
  return {
    problems: code === 0 ? [] : [output.trim(), 'Cure for most: "npm run format".'],
    notes: warnings === undefined ? [] : [`${warnings} warnings, see "npx biome check"`],
  };
}
