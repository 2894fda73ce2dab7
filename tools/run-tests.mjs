// Vitest as the tests of this repository use it: its output is shown, and its report is counted.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./prepare.mjs";
import { runNode } from "./subprocess.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {readonly string[]} args paths of tests, or options of vitest
 * @returns {Promise<Counts>}
 */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-test-"));
  const report = join(folder, "report.json");
  try {
    const vitest = join(repository, "node_modules/vitest/vitest.mjs");
    const all = [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args];
    const { code } = await runNode(all, { cwd: repository, show: true });
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

/**
 * The closing line of a part.
 *
 * @param {Counts} counts
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}
