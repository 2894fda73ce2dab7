import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { runToEnd } from "../subprocess.mjs";
import { run } from "./environment.mjs";

const ROWS = 10_000;
const LARGEST_GAP = 1e-6;
const ONNX_RUNTIME = "1.30.0";
const MIRROR_PATIENCE_MS = 300_000;

/**
 * @typedef {object} Ground
 * @property {string} repository
 * @property {string} python
 * @property {string} ours  address of Atalaya
 * @property {string} theirs  address of the real MLflow server
 * @property {string} folder  for files of this run
 * @property {string} home  of Atalaya
 * @property {NodeJS.ProcessEnv} env
 * @property {string} tag
 * @property {(line: string) => void} say
 */

/** @param {string} text */
const lastLine = (text) => text.trim().split("\n").at(-1) ?? "";

/**
 * Models that Python trained and registered on the MLflow server become versions here, and answer as they do there.
 *
 * @param {Ground} ground
 * @returns {Promise<{ failures: string[], checks: number }>}
 */
export async function importForeign(ground) {
  const { repository, python, theirs, folder, env, tag, say } = ground;
  say("models of XGBoost, LightGBM and scikit-learn (as ONNX), trained by Python, registered on MLflow …");
  const script = join(repository, "tools/mlflow/train_foreign.py");
  const trained = JSON.parse(lastLine(await run(python, [script, theirs, tag, String(ROWS), folder], { cwd: folder, env })));
  const failures = /** @type {string[]} */ ([]);
  for (const { name, rows, expected } of trained.models) {
    const gap = await importOne(ground, name, rows, JSON.parse(readFileSync(join(folder, expected), "utf8")));
    if (gap <= LARGEST_GAP) say(`import ${name}: ${ROWS} answers, largest gap ${gap}`);
    else failures.push(`import ${name}: answers differ by ${gap}`);
  }
  const refusal = await atalaya(ground, ["models", "import", trained.refused]).then(
    () => "it was taken",
    (/** @type {Error} */ error) => error.message,
  );
  if (!/only Python can execute/.test(refusal))
    failures.push(`a model of scikit-learn should be refused with the way out: ${refusal}`);
  return { failures, checks: trained.models.length + 1 };
}

/**
 * @param {Ground} ground
 * @param {string} name
 * @param {string} rows
 * @param {{ values?: number[], probabilities?: number[][], second?: number[] }} expected
 * @returns {Promise<number>} the largest gap: relative for values, absolute for probabilities
 */
async function importOne(ground, name, rows, expected) {
  const source = `mlflow:/${name}@production`;
  await atalaya(ground, ["models", "import", source, "--alias", "production", "--target", "answer", "--json"]);
  const answer = await atalaya(ground, ["predict", name, join(ground.folder, rows), "--json"]);
  /** @type {{ predictions: { prediction: { value?: number, probability?: Record<string, number> } }[] }} */
  const { predictions } = JSON.parse(answer);
  const { values, probabilities, second } = expected;
  const count = (values ?? probabilities ?? second ?? []).length;
  if (predictions.length !== count || count !== ROWS) return Number.POSITIVE_INFINITY;
  let largest = 0;
  predictions.forEach(({ prediction: { value = Number.NaN, probability = {} } }, row) => {
    const all = Object.values(probability);
    const gaps =
      values !== undefined
        ? [Math.abs(value - (values[row] ?? 0)) / Math.max(1e-12, Math.abs(values[row] ?? 0))]
        : (probabilities?.[row] ?? [1 - (second?.[row] ?? 0), second?.[row] ?? 0]).map((own, at) =>
            Math.abs(own - (all[at] ?? Number.NaN)),
          );
    for (const gap of gaps) largest = gap <= largest ? largest : gap;
  });
  return largest;
}

/**
 * What Atalaya exports answers the same by its other flavours: ONNX with features, and XGBoost where a model came from it.
 *
 * @param {Ground} ground
 * @returns {Promise<{ failures: string[], checks: number }>}
 */
export async function flavours({ repository, python, ours, folder, env, tag, say }) {
  say(`the flavours ONNX and XGBoost on ${ROWS} rows …`);
  const words = [ours, "house-prices", `xgb-price-${tag}`, String(ROWS), join(folder, "xgb-price.json")];
  const told = lastLine(await run(python, [join(repository, "tools/mlflow/flavours.py"), ...words], { cwd: folder, env }));
  const { onnx_gap: onnx, xgboost_gap: xgboost, xgboost_rows: rows } = JSON.parse(told);
  say(`largest relative gap: ONNX ${onnx}, XGBoost ${xgboost}`);
  const isEqual = onnx <= LARGEST_GAP && xgboost <= LARGEST_GAP && rows === ROWS;
  return { failures: isEqual ? [] : [`the exported flavours answer otherwise: ${told}`], checks: 2 };
}

/**
 * Everything that Atalaya has by now is mirrored to the MLflow server, and compared there.
 *
 * @param {Ground} ground
 * @returns {Promise<{ failures: string[], checks: number }>}
 */
export async function mirrored(ground) {
  const { repository, python, ours, theirs, folder, env, say } = ground;
  say("mirroring everything to MLflow …");
  const begin = performance.now();
  for (;;) {
    // Its other checks may fail: the port is the server's.
    const asked = await command(ground, ["doctor", "--json"]);
    const { output: told } = await runToEnd(process.execPath, asked.words, asked.options);
    const found = /"check":"MLflow mirror","ok":(true|false),"found":("(?:[^"\\]|\\.)*")/.exec(told);
    if (found?.[1] === "true" && /has everything/.test(found[2] ?? "")) break;
    if (performance.now() - begin > MIRROR_PATIENCE_MS || /were refused/.test(found?.[2] ?? ""))
      return { failures: [`the mirror did not get everything across: ${found?.[2] ?? told.slice(-500)}`], checks: 1 };
    await wait(1_000);
  }
  say(`everything was there after ${Math.round((performance.now() - begin) / 1_000)} s`);
  const script = join(repository, "tools/mlflow/mirrored.py");
  const told = JSON.parse(lastLine(await run(python, [script, ours, theirs], { cwd: folder, env })));
  const { different, ...counts } = told;
  say(
    `compared: ${Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}`,
  );
  const isEnough = counts.runs >= 10 && counts.points >= 20 && counts.versions >= 3 && counts.aliases >= 1;
  const failures = different.map((/** @type {object} */ one) => `mirror: ${JSON.stringify(one)}`);
  return { failures: isEnough ? failures : [...failures, `too little was mirrored: ${JSON.stringify(counts)}`], checks: 1 };
}

/**
 * The command atalaya beside the running server, with the MLflow server as MLFLOW_TRACKING_URI and onnxruntime-node within reach.
 *
 * @param {Ground} ground
 * @param {string[]} words
 * @returns {Promise<{ words: string[], options: { cwd: string, env: NodeJS.ProcessEnv } }>}
 */
async function command({ repository, home, theirs, env, say }, words) {
  const main = join(repository, "packages/cli/dist/main.js");
  const project = join(repository, "applications/house-prices");
  const options = { cwd: await onnxRuntime(repository, say), env: { ...env, ATALAYA_HOME: home, MLFLOW_TRACKING_URI: theirs } };
  return { words: [main, ...words, "--project", project], options };
}

/**
 * @param {Ground} ground
 * @param {string[]} words
 * @returns {Promise<string>} its answer; what it tells beside that goes to stderr
 */
async function atalaya(ground, words) {
  const asked = await command(ground, words);
  return lastLine(await run(process.execPath, asked.words, asked.options));
}

/**
 * A folder where `onnxruntime-node` is installed, as a user of ONNX models would.
 *
 * @param {string} repository
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function onnxRuntime(repository, say) {
  const folder = join(repository, "node_modules/.cache/atalaya-onnxruntime", ONNX_RUNTIME);
  if (existsSync(join(folder, "complete"))) return folder;
  say("installing onnxruntime-node …");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  // Its script would fetch the libraries for graphics cards.
  const words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", `onnxruntime-node@${ONNX_RUNTIME}`];
  await run(process.platform === "win32" ? "npm.cmd" : "npm", words, { cwd: folder });
  writeFileSync(join(folder, "complete"), "");
  return folder;
}
