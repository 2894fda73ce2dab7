// npm run bench -- SUITE [--json FILE]: runs bench/suites/SUITE.mjs, prints its rows as a table and writes them as JSON.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "./nearest.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { pythonEnvironment } from "./python-environment.mjs";

/**
 * One measured figure. `ratio` = ours / theirs is a cost (time, memory), so smaller is better; where there is no peer it
 * is null, as are `peer`, `theirs` and `limit`. `limit` bounds the ratio.
 *
 * @typedef {object} Row
 * @property {string} suite
 * @property {string} name
 * @property {string | null} peer
 * @property {number} ours
 * @property {number | null} theirs
 * @property {string} unit
 * @property {number | null} ratio
 * @property {number | null} limit
 */

/**
 * What a suite is given.
 *
 * @typedef {object} Bench
 * @property {string} repository
 * @property {string | null} python  interpreter with the suite's peers; null for a suite that has none in Python
 * @property {(line: string) => void} say  progress, on stderr
 * @property {(name: string, why: string) => void} skip  says loudly that a row could not be measured
 */

/** @typedef {{ name: string, ours: number, unit: string, peer?: string, theirs?: number, limit?: number }} Measurement */
/** A suite with Python peers names their packages: `python`, a requirements file in bench/peers; BENCH_PYTHON overrules it. */
/** @typedef {{ question: string, python?: string, measure: (bench: Bench) => AsyncIterable<Measurement> | Iterable<Measurement> }} Suite */

requireNodeVersion();
const suites = readdirSync(join(repository, "bench/suites"))
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => file.slice(0, -".mjs".length))
  .sort();
const { name, file } = readArguments();
await prepare();

// An exit lets a suite end what it started; a signal alone would not.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));

/** @type {Suite} */
const suite = await import(`../bench/suites/${name}.mjs`);
say(`${name}: ${suite.question}`);
const skipped = /** @type {string[]} */ ([]);
const rows = /** @type {Row[]} */ ([]);
const bench = {
  repository,
  python: await interpreter(),
  say,
  skip: (/** @type {string} */ what, /** @type {string} */ why) => {
    skipped.push(what);
    say(`SKIPPED ${what}: ${why}`);
  },
};
for await (const measurement of suite.measure(bench)) rows.push(asRow(name, measurement));

printTable(rows);
if (file !== undefined) writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
const over = rows.filter(({ ratio, limit }) => ratio !== null && limit !== null && ratio > limit);
for (const { name: what, ratio, limit } of over) say(`OVER THE LIMIT ${what}: ${ratio?.toFixed(3)} is more than ${limit}`);
if (skipped.length > 0) say(`${skipped.length} skipped: ${skipped.join(", ")}`);
process.exitCode = rows.length === 0 || over.length > 0 ? 1 : 0;

async function interpreter() {
  if (process.env.BENCH_PYTHON !== undefined) return process.env.BENCH_PYTHON;
  return suite.python === undefined ? null : pythonEnvironment(join(repository, "bench/peers", suite.python), say);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
    const [chosen, ...rest] = positionals;
    if (chosen === undefined || rest.length > 0) return wrongUsage("Name one suite.");
    if (suites.includes(chosen)) return { name: chosen, file: values.json };
    const guess = nearest(chosen, suites);
    return wrongUsage(`There is no suite "${chosen}".${guess === undefined ? "" : ` Did you mean "${guess}"?`}`);
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} problem
 * @returns {never}
 */
function wrongUsage(problem) {
  say(`${problem}\nUsage: npm run bench -- SUITE [--json FILE]\nSuites: ${suites.join(", ")}`);
  process.exit(2);
}

/**
 * @param {string} suiteName
 * @param {Measurement} measurement
 * @returns {Row}
 */
function asRow(suiteName, { name: what, ours, unit, peer, theirs, limit }) {
  const ratio = theirs === undefined ? null : ours / theirs;
  return { suite: suiteName, name: what, peer: peer ?? null, ours, theirs: theirs ?? null, unit, ratio, limit: limit ?? null };
}

/** @param {readonly Row[]} measured */
function printTable(measured) {
  const figure = (/** @type {number | null} */ value) => (value === null ? "" : String(Number(value.toPrecision(4))));
  const head = ["suite", "name", "peer", "ours", "theirs", "unit", "ratio", "limit"];
  const body = measured.map((row) => [
    row.suite,
    row.name,
    row.peer ?? "",
    figure(row.ours),
    figure(row.theirs),
    row.unit,
    figure(row.ratio),
    figure(row.limit),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of [head, ...body]) {
    process.stdout.write(
      `${cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}
