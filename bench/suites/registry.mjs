import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort, startServer } from "../../tools/mlflow/environment.mjs";
import { searchManyRuns } from "./registry/many-runs.mjs";

export const question =
  "What do runs, aliases and searches cost through MLflow's protocol, here and on an MLflow server, both on PostgreSQL?";
export const python = "registry-requirements.txt";

const SETTLE_MS = 20_000;
const PEER = "mlflow server 3.17";
/** Runs that the client writes one by one, to be searched once; the search among 10,000 fills the tables itself. */
const FEW_RUNS = "10";
const ROUNDS = Number(process.env.REGISTRY_ROUNDS ?? "3");

/** Rows of both sides that are compared: field of the script, name, limit of the ratio. */
const compared = /** @type {const} */ ([
  ["run_20_params_100_metrics_single_calls", "a run with 20 parameters and 100 metrics, one call each", 0.2],
  ["run_20_params_100_metrics_log_batch", "the same in one batch", 0.2],
  ["log_batch_1000_metrics", "a batch of 1,000 metrics", null],
  ["version_create_alias_set_get", "register a version, set an alias, read it", null],
  ["get_by_alias", "read a version by its alias", 0.25],
]);

/**
 * One client, `../shared/bench/peers/registry_mlflow.py`, against both servers in turn; both keep their facts in the same
 * PostgreSQL, which is not counted on either side. Times are medians over the rounds of its medians.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, python: interpreter, say, skip }) {
  const script = join(repository, "../shared/bench/peers/registry_mlflow.py");
  if (interpreter === null || !existsSync(script)) return skip("registry", "the peer script or its Python is not there");
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-registry-"));
  chmodSync(folder, 0o755);
  const { openStore, sql } = await import("../../packages/store/dist/index.js");
  mkdirSync(join(folder, "postgres"), { mode: 0o755 });
  const store = await openStore({ home: join(folder, "postgres"), databaseUrl: null, s3: null });
  const stops = /** @type {(() => Promise<void>)[]} */ ([() => store.close()]);
  try {
    for (const name of ["ours", "theirs"]) await sql`create database ${sql.id(name)}`.execute(store.database);
    const address = (/** @type {string} */ name) => Object.assign(new URL(store.databaseUrl), { pathname: `/${name}` }).href;
    say("training once, so that the platform starts as it usually does …");
    const first = await startOurs(repository, folder, address("ours"), "/ready");
    await first.stop();
    say("starting both …");
    const ours = await startOurs(repository, folder, address("ours"), "/health");
    stops.push(() => ours.stop());
    const theirs = await startTheirs(interpreter, folder, address("theirs").replace(/^postgres(ql)?:/, "postgresql+psycopg2:"));
    stops.push(() => theirs.stop());
    yield { name: "start of the server", ours: ours.seconds, theirs: theirs.seconds, peer: PEER, unit: "s", limit: 0.1 };
    // The first worker of MLflow answers before the others have started, which then close connections.
    await wait(SETTLE_MS);
    yield* compare({ ask: client(interpreter, script), ours, theirs, say });
    const sides = {
      ours: { url: ours.url, database: address("ours") },
      theirs: { url: theirs.url, database: address("theirs") },
    };
    yield* searchManyRuns({ repository, python: interpreter, ...sides, peer: PEER, say });
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @typedef {{ pid: number, url: string, seconds: number, stop: () => Promise<void> }} Server */
/** @typedef {(server: Server) => Promise<Record<string, any>>} Ask */

/**
 * @param {{ ask: Ask, ours: Server, theirs: Server, say: (line: string) => void }} context
 */
async function* compare({ ask, ours, theirs, say }) {
  const [mine, other] = [/** @type {Record<string, any>[]} */ ([]), /** @type {Record<string, any>[]} */ ([])];
  for (let round = 1; round <= ROUNDS; round++) {
    say(`round ${round} of ${ROUNDS} …`);
    mine.push(await ask(ours));
    other.push(await ask(theirs));
  }
  const [idle, theirIdle] = [mine[0]?.pss_idle_mib ?? 0, other[0]?.pss_idle_mib ?? 0];
  yield { name: "memory of the idle server", ours: idle, theirs: theirIdle, peer: PEER, unit: "MiB", limit: 0.1 };
  for (const [field, name, limit] of compared) {
    const of = (/** @type {Record<string, any>[]} */ all) => median(all.map((one) => one[field].p50_ms));
    yield { name, ours: of(mine), theirs: of(other), peer: PEER, unit: "ms", ...(limit === null ? {} : { limit }) };
  }
}

/**
 * @param {string} interpreter
 * @param {string} script
 * @returns {Ask}
 */
function client(interpreter, script) {
  return async ({ url, pid }) => {
    const words = [script, "--url", url, "--pid", String(pid), "--runs", FEW_RUNS];
    for (let attempt = 1; ; attempt++) {
      try {
        const { stdout } = await promisify(execFile)(interpreter, words, { maxBuffer: 1 << 24 });
        return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
      } catch (error) {
        // Under load MLflow replaces workers that do not answer in time, and their connections end.
        if (attempt === 3) throw error;
        await wait(SETTLE_MS);
      }
    }
  };
}

/**
 * @param {string} repository
 * @param {string} folder
 * @param {string} databaseUrl
 * @param {string} readyPath
 * @returns {Promise<Server>}
 */
async function startOurs(repository, folder, databaseUrl, readyPath) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const main = join(repository, "packages/cli/dist/main.js");
  const env = { ...process.env, ATALAYA_HOME: join(folder, "home"), DATABASE_URL: databaseUrl, NO_COLOR: "1" };
  const words = [main, "up", "--port", String(port), "--project", "applications/house-prices"];
  const server = await startServer(process.execPath, words, {
    cwd: repository,
    env,
    ready: `${url}${readyPath}`,
    patienceMs: 600_000,
  });
  return { ...server, url };
}

/**
 * @param {string} interpreter
 * @param {string} folder
 * @param {string} databaseUrl
 * @returns {Promise<Server>}
 */
async function startTheirs(interpreter, folder, databaseUrl) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" };
  const words = ["-m", "mlflow", "server", "--backend-store-uri", databaseUrl, "--artifacts-destination", join(folder, "art")];
  const options = { cwd: folder, env, ready: `${url}/health`, patienceMs: 600_000 };
  const server = await startServer(interpreter, [...words, "--host", "127.0.0.1", "--port", String(port)], options);
  return { ...server, url };
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
