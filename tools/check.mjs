import { pathToFileURL } from "node:url";
import { checkTypes } from "./checks/compile.mjs";
import { checkFileSize } from "./checks/file-size.mjs";
import { checkFormatAndLint } from "./checks/format-and-lint.mjs";
import { checkGeneratedPages } from "./checks/generated-pages.mjs";
import { checkLayers } from "./checks/layers.mjs";
import { checkLockFile } from "./checks/lock-file.mjs";
import { checkLostPromises } from "./checks/lost-promises.mjs";
import { checkUnusedCode } from "./checks/unused-code.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";

/**
 * What a check found: problems fail, notes are shown beside its one line.
 *
 * @typedef {{ problems: string[], notes: string[] }} Findings
 */

/** @type {Record<string, (root: string) => Findings | Promise<Findings>>} */
const checks = {
  "types compile": checkTypes,
  "format and lint": checkFormatAndLint,
  "no lost promise": checkLostPromises,
  "layers hold": checkLayers,
  "file sizes": checkFileSize,
  "lock file is complete": checkLockFile,
  "no unused code": checkUnusedCode,
  "generated pages are fresh": checkGeneratedPages,
};

/**
 * Runs every check, prints one line for each (and what is wrong, where something is).
 *
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks() {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const start = performance.now();
    const { problems, notes } = await check(repository);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const remark = notes.length === 0 ? "" : `: ${notes.join("; ")}`;
    process.stdout.write(`${problems.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)${remark}\n`);
    if (problems.length === 0) continue;
    failed += 1;
    process.stdout.write(`${problems.map((problem) => problem.replace(/^/gm, "     ")).join("\n")}\n`);
  }
  return { passed: Object.keys(checks).length - failed, failed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  requireNodeVersion();
  await prepare({ build: false });
  const { passed, failed } = await runChecks();
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
