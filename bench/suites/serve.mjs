import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBundle } from "@atalaya/serve";
import { openStore } from "@atalaya/store";
import { startServer } from "../serving/child.mjs";
import { measureAttack, measureStreams } from "../serving/endurance.mjs";
import { makeHomes, writeHomes } from "../serving/homes.mjs";
import { hasWrk, put, residentBytes } from "../serving/load.mjs";
import { trainHomes } from "../serving/model.mjs";

export const question = "What does a prediction over HTTP cost, beside FastAPI with XGBoost as usual and tuned?";
export const python = "serve-requirements.txt";

const ROUNDS = 3;
const SECONDS = 3;
/** The first ones find threads that have compiled nothing yet. */
const LARGE_ROUNDS = 12;

/** @typedef {import("../../tools/bench.mjs").Bench} Bench */
/** @typedef {import("../../tools/bench.mjs").Measurement} Measurement */
/** @typedef {{ name: string, path: string, connections: number, tuned: boolean, log: boolean, limit: number, p99?: number }} Comparison */

/**
 * 100 trees of depth 6 over eleven features, the same rows and bodies on both sides, wrk in alternation; medians of three
 * rounds. A row is the time that one request takes of the whole throughput; `cpu` rows hold on a busy machine too.
 *
 * @type {readonly Comparison[]}
 */
const comparisons = [
  { name: "predict, usual (DataFrame)", path: "/predict", connections: 100, tuned: false, log: false, limit: 1 / 60 },
  { name: "predict, tuned", path: "/predict", connections: 100, tuned: true, log: false, limit: 1 / 5, p99: 0.1 },
  { name: "predict with log, tuned", path: "/predict", connections: 100, tuned: true, log: true, limit: 1 / 8 },
  { name: "explain, shap", path: "/explain", connections: 16, tuned: false, log: false, limit: 1 / 60 },
  { name: "explain, pred_contribs", path: "/explain", connections: 16, tuned: true, log: false, limit: 1 / 8 },
];

/** @param {Bench} bench */
export async function* measure(bench) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-serve-"));
  chmodSync(folder, 0o755);
  try {
    const { csv, bodies } = writeHomes(folder);
    bench.say("training …");
    const bundle = join(folder, "homes.bundle");
    writeFileSync(bundle, trainHomes(csv));
    yield* measureAlone(trainHomes(csv));
    yield* measureServer(bench, { folder, bundle, bodies });
    if (!hasWrk()) return bench.skip("all loads", "wrk is not installed");
    if (bench.python === null) return bench.skip("all comparisons", "there is no Python with the peers");
    for (const comparison of comparisons) yield* compare(bench, comparison, { folder, csv, bodies, bundle });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Parsed row to answer object; then the same with explanations, made ready as a server makes them. @param {Uint8Array} bytes */
function* measureAlone(bytes) {
  const model = openBundle(bytes);
  const rows = makeHomes(1_000, 3).map(({ price: _price, ...row }) => row);
  const times = { predict: /** @type {number[]} */ ([]), explain: /** @type {number[]} */ ([]) };
  for (const row of [...rows, ...rows]) {
    const start = performance.now();
    model.predictRow?.(row);
    times.predict.push(performance.now() - start);
  }
  const steps = model.prepareExplanations?.();
  while (steps?.next().done === false);
  for (const row of [...rows, ...rows]) {
    const start = performance.now();
    model.explain(model.read([row]).frame);
    times.explain.push(performance.now() - start);
  }
  yield {
    name: "scoring alone, one row, p50",
    ours: median(times.predict) * 1000,
    unit: "µs",
    peer: "10 µs",
    theirs: 10,
    limit: 1,
  };
  yield { name: "explaining alone, one row, p50", ours: median(times.explain) * 1000, unit: "µs" };
}

/**
 * @param {Bench} bench @param {{ folder: string, bundle: string, bodies: string }} files
 * @returns {AsyncGenerator<Measurement>}
 */
async function* measureServer(bench, { folder, bundle, bodies }) {
  bench.say("start, memory, large requests …");
  const ready = [];
  for (let round = 0; round < 5; round++) {
    const server = await startOurs(folder, bundle, null);
    ready.push(server.readyMs);
    if (round === 4) {
      const mebibytes = residentBytes(server.pid) / 1024 ** 2;
      yield { name: "resident memory, ready", ours: mebibytes, unit: "MiB", peer: "120 MiB", theirs: 120, limit: 1 };
      yield* measureLarge(server.url);
      yield* measureStreams(bench.say, server);
      bench.say("under attack …");
      yield* measureAttack(server, bodies, folder);
    }
    await server.stop();
  }
  yield { name: "process start to ready", ours: median(ready), unit: "ms", peer: "500 ms", theirs: 500, limit: 1 };
}

/** @param {string} url @returns {AsyncGenerator<Measurement>} */
async function* measureLarge(url) {
  const rows = makeHomes(100_000, 4).map(({ price: _price, ...row }) => row);
  const names = /** @type {const} */ (["bed", "bath", "acre_lot", "house_size", "state"]);
  const lines = rows.map((row) => names.map((name) => row[name] ?? "").join(",")).join("\n");
  const forms = [
    { name: "JSON", type: "application/json", body: Buffer.from(JSON.stringify(rows)) },
    { name: "CSV", type: "text/csv", body: Buffer.from(`${names.join(",")}\n${lines}\n`) },
  ];
  for (const { name, type, body } of forms) {
    const times = [];
    for (let round = 0; round < LARGE_ROUNDS; round++) {
      const start = performance.now();
      const response = await fetch(`${url}/predict`, { method: "POST", headers: { "content-type": type }, body });
      const answer = await response.arrayBuffer();
      times.push(performance.now() - start);
      if (!response.ok) throw new Error(new TextDecoder().decode(answer).slice(0, 500));
    }
    yield {
      name: `100,000 rows in one request, ${name}`,
      ours: Math.min(...times),
      unit: "ms",
      peer: "1M rows/s",
      theirs: 100,
      limit: 1,
    };
  }
}

/**
 * @param {Bench} bench
 * @param {Comparison} comparison
 * @param {{ folder: string, csv: string, bodies: string, bundle: string }} files
 * @returns {AsyncGenerator<Measurement>}
 */
async function* compare({ python, repository, say }, comparison, { folder, csv, bodies, bundle }) {
  const { name, path, connections, tuned, log, limit, p99 } = comparison;
  say(`${name} …`);
  const store = log ? await openStore({ home: join(folder, "home"), databaseUrl: null, s3: null }) : null;
  const databaseUrl = store?.databaseUrl ?? null;
  const ours = await startOurs(folder, bundle, databaseUrl);
  const script = join(repository, "bench/peers/serve-homes.py");
  const args = [script, csv, ...(tuned ? ["--tuned"] : [])];
  const theirs = await startServer(python ?? "", args, {
    PATH: process.env.PATH,
    ...(log ? { DATABASE_URL: databaseUrl ?? "" } : {}),
  });
  try {
    const sides = [
      { ...ours, loads: /** @type {import("../serving/load.mjs").Load[]} */ ([]) },
      { ...theirs, loads: /** @type {import("../serving/load.mjs").Load[]} */ ([]) },
    ];
    for (const { url, pid } of sides) await put({ url: url + path, pid, bodies, connections: 4, seconds: 2, folder });
    for (let round = 0; round < ROUNDS; round++) {
      for (const { url, pid, loads } of sides) {
        loads.push(await put({ url: url + path, pid, bodies, connections, seconds: SECONDS, folder }));
      }
    }
    const [own = [], other = []] = sides.map(({ loads }) => loads);
    const failed = own.reduce((sum, load) => sum + load.failed, 0);
    if (failed > 0) throw new Error(`${failed} of our requests failed`);
    const peer = tuned ? "FastAPI tuned" : "FastAPI usual";
    const row = (/** @type {(load: import("../serving/load.mjs").Load) => number} */ of) => ({
      ours: median(own.map(of)),
      theirs: median(other.map(of)),
      peer,
    });
    yield { name: `${name}, ${connections} connections`, ...row(({ perSecond }) => 1000 / perSecond), unit: "ms/request", limit };
    yield { name: `${name}, cpu`, ...row(({ cpuMs }) => cpuMs), unit: "ms/request" };
    const latency = row((load) => load.p99);
    yield { name: `${name}, p99`, ...latency, unit: "ms", ...(p99 === undefined ? {} : { limit: p99 }) };
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
    await store?.close();
  }
}

/** @param {string} folder @param {string} bundle @param {string | null} databaseUrl */
function startOurs(folder, bundle, databaseUrl) {
  const script = new URL("../serving/server.mjs", import.meta.url).pathname;
  const environment = { PATH: process.env.PATH, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) };
  return startServer(process.execPath, [script, bundle, join(folder, "state")], environment);
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
