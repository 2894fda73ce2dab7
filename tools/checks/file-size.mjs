import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "../source-files.mjs";

const WARN_LINES = 400;
const FAIL_LINES = 600;

/** Files that may be longer than the limit, each with its reason. */
/** @type {Readonly<Record<string, string>>} */
const exceptions = {};

/** Folder names that say nothing about the domain. */
const emptyWords = /(^|\/)(utils?|helpers?|common|core|types|misc|shared)\//;

/**
 * Files stay short enough to be read whole, and folders are words of the domain.
 *
 * @param {string} root
 * @returns {import("../check.mjs").Findings}
 */
export function checkFileSize(root) {
  const problems = [];
  const notes = [];
  for (const file of sourceFiles(root)) {
    const lines = readFileSync(join(root, file), "utf8").trimEnd().split("\n").length;
    if (lines > FAIL_LINES && exceptions[file] === undefined) {
      problems.push(`${file}: ${lines} lines, more than ${FAIL_LINES}. Split it by meaning, or list it with a reason.`);
    } else if (lines > WARN_LINES && exceptions[file] === undefined) {
      notes.push(`${file} has ${lines} lines (aim at 250)`);
    }
    if (emptyWords.test(file)) problems.push(`${file}: the folder's name says nothing; use a word of the domain.`);
  }
  return { problems, notes };
}
