import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildKernels } from "../kernels.mjs";
import { runNode } from "../subprocess.mjs";

/**
 * Types of the packages (with `*.test-d.ts`, where `@ts-expect-error` says what must not compile), of the applications
 * and of the tools.
 *
 * @param {string} root
 * @returns {Promise<import("../check.mjs").Findings>}
 */
export async function checkTypes(root) {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const problems = [];
  const build = await runNode([compiler, "-b"], { cwd: root });
  if (build.code !== 0) problems.push(build.output.trim());
  const kernels = existsSync(join(root, "packages/learn/assembly")) ? await buildKernels(root) : null;
  if (kernels !== null) problems.push(kernels.trim());
  for (const project of projectsBesideTheBuild(root)) {
    const { code, output } = await runNode([compiler, "-p", project, "--noEmit"], { cwd: root });
    if (code !== 0) problems.push(output.trim());
  }
  return { problems, notes: [] };
}

/**
 * The applications and the tools are checked but never built.
 *
 * @param {string} root
 */
function projectsBesideTheBuild(root) {
  const folder = join(root, "applications");
  const applications = existsSync(folder) ? readdirSync(folder).map((name) => `applications/${name}`) : [];
  return [...applications, "tools"].map((path) => `${path}/tsconfig.json`).filter((path) => existsSync(join(root, path)));
}
