// npm run test:mlflow [-- --write]: the real mlflow client against Atalaya and against a real MLflow server, answer by answer.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { flavours, importForeign, mirrored, onnxRuntime } from "./mlflow/crossings.mjs";
import { freePort, run, startServer } from "./mlflow/environment.mjs";
import { writeLoaderExamples } from "./mlflow/loader-examples.mjs";
import { routesPage } from "./mlflow/routes-page.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { pythonEnvironment } from "./python-environment.mjs";

/** @typedef {{ results: Record<string, unknown>, calls: [string, string, number][] }} Answers */

/**
 * Where we answer otherwise on purpose.
 *
 * @type {Record<string, string>}
 */
const onPurpose = {
  "bad input: value of a metric is a text": "MLflow answers 200 and logs 0; Atalaya refuses it",
};

const PARITY_ROWS = 10_000;
const LARGEST_GAP = 1e-6;
const page = join(repository, "docs/mlflow.md");

requireNodeVersion();
await prepare();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));
const requirements = join(repository, "tools/mlflow/requirements.txt");
process.exitCode = (await compare(process.env.MLFLOW_PYTHON || (await pythonEnvironment(requirements, say)))) ? 0 : 1;

/** @param {string} python */
async function compare(python) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-mlflow-"));
  // Run as root, PostgreSQL belongs to another account, which has to reach its home.
  chmodSync(folder, 0o755);
  const stops = /** @type {(() => Promise<void>)[]} */ ([]);
  try {
    const env = /** @type {NodeJS.ProcessEnv} */ ({
      ...process.env,
      MLFLOW_DISABLE_TELEMETRY: "true",
      DO_NOT_TRACK: "true",
      NO_COLOR: "1",
    });
    delete env.MLFLOW_TRACKING_URI;
    const [ourPort, theirPort] = [await freePort(), await freePort()];
    const [ours, theirs] = [`http://127.0.0.1:${ourPort}`, `http://127.0.0.1:${theirPort}`];
    say("starting Atalaya with a pipeline to train, and MLflow …");
    const home = join(folder, "home");
    const cwd = await onnxRuntime(repository, say);
    /** @param {NodeJS.ProcessEnv} more */
    const startAtalaya = (more) => {
      const project = join(repository, "applications/house-prices");
      const main = join(repository, "packages/cli/dist/main.js");
      const ready = `${ours}/ready`;
      const options = { cwd, env: { ...env, ATALAYA_HOME: home, ...more }, ready, patienceMs: 300_000 };
      return startServer(process.execPath, [main, "up", "--port", String(ourPort), "--project", project], options);
    };
    let atalaya = await startAtalaya({});
    stops.push(() => atalaya.stop());
    const words = ["-m", "mlflow", "server", "--backend-store-uri", "sqlite:///m.db", "--artifacts-destination", "./art"];
    const mlflow = await startServer(python, [...words, "--workers", "1", "--host", "127.0.0.1", "--port", String(theirPort)], {
      cwd: folder,
      env,
      ready: `${theirs}/health`,
      patienceMs: 180_000,
    });
    stops.push(() => mlflow.stop());
    const tag = randomBytes(3).toString("hex");
    const ground = { repository, python, ours, theirs, folder, home, env: { ...env, PYTHONDONTWRITEBYTECODE: "1" }, tag, say };
    const first = await judge(ground);
    const imported = await importForeign(ground);
    const exported = await flavours(ground);
    await atalaya.stop();
    atalaya = await startAtalaya({ MLFLOW_TRACKING_URI: theirs });
    const copied = await mirrored(ground);
    await atalaya.stop();
    atalaya = await startAtalaya({});
    return report([first, imported, exported, copied, await crowded(ground)]);
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * The operations of the client on both servers, and the exported models.
 *
 * @param {import("./mlflow/crossings.mjs").Ground} ground
 * @returns {Promise<{ failures: string[], checks: number }>}
 */
async function judge({ python, ours, theirs, env, folder, tag }) {
  const script = join(repository, "tools/mlflow/operations.py");
  say("the same operations on both …");
  const [mine, other] = await Promise.all(
    [ours, theirs].map((url) => operations(python, script, url, tag, { cwd: folder, env })),
  );
  if (mine === undefined || other === undefined) throw new Error("An answer is missing.");
  const failures = differences(mine, other);
  say(`the exported model on ${PARITY_ROWS} rows …`);
  const parity = JSON.parse(
    lastLine(
      await run(python, [join(repository, "tools/mlflow/parity.py"), ours, "house-prices", String(PARITY_ROWS)], {
        cwd: folder,
        env,
      }),
    ),
  );
  if (
    !(
      parity.rows === PARITY_ROWS &&
      parity.largest_relative_gap <= LARGEST_GAP &&
      parity.different_labels === 0 &&
      parity.example > 0
    )
  )
    failures.push(`load_model("models:/house-prices@production") answers otherwise: ${JSON.stringify(parity)}`);
  else say(`largest relative gap ${parity.largest_relative_gap}`);
  say("the loader for Python on every kind of model …");
  const examples = join(folder, "examples");
  await writeLoaderExamples(repository, examples);
  const loader = join(repository, "packages/mlflow/python");
  const loaded = JSON.parse(
    lastLine(await run(python, [join(repository, "tools/mlflow/loader_parity.py"), examples, loader], { env })),
  );
  if (!(loaded.models >= 10 && loaded.largest_gap <= LARGEST_GAP && loaded.different_labels === 0))
    failures.push(`the loader for Python answers otherwise: ${JSON.stringify(loaded)}`);
  const text = await routesPage(repository, mine.calls, Object.keys(other.results).length, onPurpose);
  if (process.argv.includes("--write")) writeFileSync(page, text);
  else if (!existsSync(page) || readFileSync(page, "utf8") !== text)
    failures.push("docs/mlflow.md is not what this run gives: npm run test:mlflow -- --write");
  return { failures, checks: Object.keys(other.results).length + 3 };
}

/**
 * Fifty clients of the real package at once, for a minute unless SOAK_SECONDS says otherwise.
 *
 * @param {import("./mlflow/crossings.mjs").Ground} ground
 * @returns {Promise<{ failures: string[], checks: number }>}
 */
async function crowded({ python, ours, env, folder }) {
  const seconds = Number(process.env.SOAK_SECONDS ?? "60");
  say(`50 clients log at once for ${seconds} s …`);
  const script = join(repository, "tools/mlflow/crowd.py");
  const crowd = JSON.parse(lastLine(await run(python, [script, ours, String(seconds)], { cwd: folder, env })));
  say(`${crowd.calls} calls, ${crowd.points} points in ${crowd.seconds} s: ${crowd.lost} lost, ${crowd.double} double`);
  const { lost, double, foreign, not_latest: notLatest } = crowd;
  const isWhole = lost === 0 && double === 0 && foreign === 0 && notLatest === 0 && crowd.failures.length === 0;
  if (isWhole && crowd.clients === 50 && crowd.seconds >= seconds && crowd.fewest_rounds > 0) return { failures: [], checks: 1 };
  return { failures: [`50 clients at once: ${JSON.stringify(crowd)}`], checks: 1 };
}

/** @param {readonly { failures: string[], checks: number }[]} parts */
function report(parts) {
  const failures = parts.flatMap((part) => part.failures);
  for (const failure of failures) process.stdout.write(`FAIL ${failure}\n`);
  const total = parts.reduce((sum, { checks }) => sum + checks, 0);
  process.stdout.write(`${Math.max(0, total - failures.length)} passed, ${failures.length} failed\n`);
  return failures.length === 0;
}

/**
 * @param {string} python
 * @param {string} script
 * @param {string} url
 * @param {string} tag
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Answers>}
 */
async function operations(python, script, url, tag, options) {
  return JSON.parse(lastLine(await run(python, [script, url, tag], options)));
}

/** The client prints lines of its own before. @param {string} text */
function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}

/**
 * @param {Answers} ours
 * @param {Answers} theirs
 */
function differences(ours, theirs) {
  const names = [...new Set([...Object.keys(theirs.results), ...Object.keys(ours.results)])];
  return names.flatMap((name) => {
    const [mine, other] = [ours.results[name], theirs.results[name]];
    if (isDeepStrictEqual(mine, other))
      return name in onPurpose ? [`${name}: the answers are the same now; take it off the list`] : [];
    if (name in onPurpose) return [];
    return [`${name}\n     Atalaya ${JSON.stringify(mine).slice(0, 1500)}\n     MLflow  ${JSON.stringify(other).slice(0, 1500)}`];
  });
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}
