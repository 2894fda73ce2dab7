// npm test: the checks, then every unit and integration test. `npm test -- packages/learn` runs only those tests.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { endingChildrenOnSignal, runNode } from "./subprocess.mjs";

requireNodeVersion();
await prepare({ build: false });
// Read only now: it needs packages that a fresh clone installs above.
const { runChecks } = await import("./check.mjs");

const filters = process.argv.slice(2);
const none = { passed: 0, failed: 0, skipped: 0 };
const checks = filters.length === 0 ? await endingChildrenOnSignal(runChecks) : none;
// The checks build. Chosen tests get a build too, for those that start the command, but run even where it fails.
if (filters.length > 0)
  await endingChildrenOnSignal(() => runNode([join(repository, "node_modules/typescript/bin/tsc"), "-b"], { cwd: repository }));
const tests = await endingChildrenOnSignal(() => runTests(filters));

const passed = checks.passed + tests.passed;
const failed = checks.failed + tests.failed;
const skipped = tests.skipped === 0 ? "" : `, ${tests.skipped} skipped`;
process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/**
 * @param {readonly string[]} paths
 * @returns {Promise<typeof none>}
 */
async function runTests(paths) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-test-"));
  const report = join(folder, "report.json");
  try {
    const vitest = join(repository, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...paths];
    const { code } = await runNode(args, { cwd: repository, show: true });
    return count(readReport(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @typedef {{ status: string, fullName: string }} Case
 * @typedef {{ name: string, status: string, assertionResults: Case[] }} File
 */

/**
 * The report, or none when vitest ended before it could write one.
 *
 * @param {string} file
 * @returns {File[]}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).testResults;
  } catch {
    return [];
  }
}

/**
 * A file that could not be read counts as one failure, and so does an end of vitest that no test explains (such as an
 * error outside of every test). What was skipped is named.
 *
 * @param {readonly File[]} files
 * @param {number} code
 */
function count(files, code) {
  const cases = files.flatMap(({ name, assertionResults }) => assertionResults.map((one) => ({ ...one, file: name })));
  const broken = files.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
  const left = cases.filter(({ status }) => status !== "passed" && status !== "failed");
  for (const { file, fullName } of left) process.stdout.write(`skipped ${file.slice(repository.length)}: ${fullName}\n`);
  const passed = cases.filter(({ status }) => status === "passed").length;
  const known = cases.filter(({ status }) => status === "failed").length + broken.length;
  return { passed, failed: known === 0 && code !== 0 ? 1 : known, skipped: left.length };
}
