import { join } from "node:path";
import { runNode } from "../subprocess.mjs";

/**
 * knip: files, exports and dependencies that nothing uses, and imports that no package.json declares.
 *
 * @param {string} root
 * @returns {Promise<import("../check.mjs").Findings>}
 */
export async function checkUnusedCode(root) {
  const knip = join(root, "node_modules/knip/bin/knip.js");
  const { code, output } = await runNode([knip, "--no-progress", "--no-config-hints"], { cwd: root });
  return { problems: code === 0 ? [] : [output.trim()], notes: [] };
}
