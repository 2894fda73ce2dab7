import { join } from "node:path";
import { runNode } from "../subprocess.mjs";

/** AssemblyScript has decorators on functions, which TypeScript cannot read, and no promises. */
const ASSEMBLY = ["--ignore-pattern", "packages/learn/assembly/**"];

/**
 * A promise that nobody awaits breaks the replay of a durable run, so this is checked with full types (oxlint over
 * TypeScript's own compiler): Biome's rule follows our sources but not the types of libraries such as pg and Kysely.
 *
 * @param {string} root
 * @param {readonly string[]} [paths]
 * @returns {Promise<import("../check.mjs").Findings>}
 */
export async function checkLostPromises(root, paths = ["packages", "applications", "e2e"]) {
  const oxlint = join(root, "node_modules/oxlint/bin/oxlint");
  const configuration = join(root, "tools/checks/oxlint.json");
  const args = [oxlint, "--type-aware", "--config", configuration, "--format=unix", "--deny-warnings", ...ASSEMBLY, ...paths];
  const { code, output } = await runNode(args, { cwd: root });
  return { problems: code === 0 ? [] : [output.trim()], notes: [] };
}
