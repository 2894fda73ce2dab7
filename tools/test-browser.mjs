// npm run test:browser: models answer and explain in Chromium exactly as they do in Node, bit for bit.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { requireChromium } from "./chromium.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { closingLine } from "./run-tests.mjs";

const ROWS = 1_500;
const ENTRY = "packages/learn/dist/browser.js";

requireNodeVersion();
await prepare();
const { createScorer, decodeBundle, encodeBundle, ...learn } = await import("../packages/learn/dist/index.js");
const random = learn.createRandom(20);

const executablePath = await requireChromium();
if (executablePath === null) {
  process.stdout.write("There is no Chromium, and it cannot be installed here. Install it, or set CHROMIUM to its path.\n");
  process.stdout.write(`${closingLine({ passed: 0, failed: 1, skipped: 0 })}\n`);
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
let failed = 0;
let passed = 0;
try {
  const page = await browser.newPage();
  await page.addScriptTag({ content: await packed() });
  const rows = Array.from({ length: ROWS }, home);
  for (const [name, bytes] of models()) {
    const here = answersOf(createScorer(decodeBundle(bytes)), rows);
    const there = await page.evaluate(answersInPage, { bytes: Buffer.from(bytes).toString("base64"), rows });
    const isSame = here === there;
    process.stdout.write(`${isSame ? "same bits" : "DIFFERENT"}  ${name}, ${ROWS} rows, ${here.length} characters of answers\n`);
    if (isSame) passed++;
    else failed++;
  }
} finally {
  await browser.close();
}
process.stdout.write(`${closingLine({ passed, failed, skipped: 0 })}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** The entry for browsers as one script that leaves `learn` behind. */
async function packed() {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(`../${ENTRY}`, import.meta.url)),
    platform: "browser",
    cwd: repository,
  });
  const { output } = await bundle.generate({ format: "iife", name: "learn", minify: true });
  await bundle.close();
  return output[0].code;
}

/**
 * Answers and explanations as JSON, whose numbers are read back as the same doubles: the explanations of all rows together,
 * which is by tables, and of the first alone.
 *
 * @param {any} scorer
 * @param {readonly unknown[]} rows
 */
function answersOf(scorer, rows) {
  const { frame } = scorer.read(rows);
  const first = scorer.read(rows.slice(0, 1)).frame;
  const single = rows.map((row) => scorer.answerRow(row));
  return JSON.stringify([scorer.answer(frame), single, scorer.explain(frame), scorer.explain(first)]);
}

/** As `answersOf`, within the page. @param {{ bytes: string, rows: readonly unknown[] }} given */
function answersInPage({ bytes, rows }) {
  const { createScorer: create, decodeBundle: decode } = /** @type {any} */ (globalThis).learn;
  const scorer = create(decode(Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))));
  const { frame } = scorer.read(rows);
  const first = scorer.read(rows.slice(0, 1)).frame;
  const single = rows.map((row) => scorer.answerRow(row));
  return JSON.stringify([scorer.answer(frame), single, scorer.explain(frame), scorer.explain(first)]);
}

function home() {
  const maybe = (/** @type {unknown} */ value, share = 0.1) => (random.next() < share ? null : value);
  return {
    bed: random.integer(7),
    size: maybe(40 + random.next() * 300),
    state: maybe(["NY", "CA", "TX", "Québec"][random.integer(4)]),
    sold: maybe(random.next() < 0.5),
    listed: maybe(random.integer(2_000_000) * 86_400),
  };
}

/** A model for every way in which answers are made of outputs. */
function models() {
  const inputs = [
    { name: "bed", from: [], type: "integer", optional: false },
    { name: "size", from: [], type: "number", optional: true },
    { name: "state", from: [], type: "category", optional: true },
    { name: "sold", from: [], type: "boolean", optional: true },
    { name: "listed", from: [], type: "time", optional: true },
  ];
  const column = (/** @type {string} */ name) => ({ op: "column", name });
  const derived = [
    {
      name: "perBed",
      expression: {
        op: "div",
        left: column("size"),
        right: { op: "add", left: column("bed"), right: { op: "number", value: 1 } },
      },
    },
    { name: "logSize", expression: { op: "log1p", of: column("size") } },
    { name: "month", expression: { op: "month", of: column("listed") } },
  ];
  const features = ["bed", "size", "state", "sold", "listed", "perBed", "logSize", "month"].map((name) => ({
    name,
    encoder: name === "state" ? { kind: "levels", levels: null } : { kind: "number" },
  }));
  const training = learn.rowsToFrame(/** @type {any} */ (inputs), Array.from({ length: 3_000 }, home)).frame;
  const price = Float64Array.from({ length: 3_000 }, (_, row) => 1 + row + random.next() * 9_000);
  const classOf = (/** @type {number} */ count) => ({
    kind: "class",
    codes: Int32Array.from(price, (value) => Math.floor(value) % count),
    classes: ["cheap", "dear", "odd"].slice(0, count),
  });
  const boosting = { learner: "gradientBoosting", parameters: { trees: 40, leaves: 40 } };
  const kinds = /** @type {const} */ ([
    ["boosting, a number", boosting, { kind: "number", values: price }],
    [
      "boosting, the logarithm of a number",
      { ...boosting, parameters: { ...boosting.parameters, fitOn: "log1p" } },
      { kind: "number", values: price },
    ],
    ["boosting, two classes", boosting, classOf(2)],
    ["boosting, three classes", boosting, classOf(3)],
    ["random forest, three classes", { learner: "randomForest", parameters: { trees: 20, depth: 9 } }, classOf(3)],
    ["isolation forest", { learner: "isolationForest", parameters: {} }, null],
  ]);
  return kinds.map(([name, specification, target]) => {
    const fitOn = name.includes("logarithm") ? "log1p" : "value";
    const plan = /** @type {any} */ ({ inputs, derived, features });
    const { fitted, trainingMatrix } = learn.fitFeatures(plan, training, /** @type {any} */ (target), { seed: 1, fitOn });
    const model = learn.fitModel(/** @type {any} */ (specification), {
      matrix: trainingMatrix,
      target: /** @type {any} */ (target),
    });
    const named = target === null ? null : { name: "price", unit: null };
    const bundle = learn.buildBundle({
      pipeline: "homes",
      target: named,
      features: fitted,
      model,
      trainingRows: training,
      replayRows: 5,
    });
    return /** @type {const} */ ([name, encodeBundle(bundle)]);
  });
}
