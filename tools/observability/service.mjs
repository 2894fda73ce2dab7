import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { freePort, startServer } from "../mlflow/environment.mjs";

export const PIPELINE = "observed-homes";
const ROWS = 1_500;

/**
 * The sample of house-prices in batches of 1,500 rows, which come when they are asked for.
 *
 * @param {string} repository
 * @param {string} folder
 */
export function listings(repository, folder) {
  const text = gunzipSync(readFileSync(join(repository, "applications/house-prices/sample/king-county.csv.gz"))).toString();
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const columns = head.split(",");
  const size = columns.indexOf("house_size");
  mkdirSync(folder, { recursive: true });
  let batches = 0;
  return {
    folder,
    /** Adds the next batch; `grown`: its houses are three times as large. @param {{ grown?: boolean }} [options] */
    add({ grown = false } = {}) {
      const rows = lines.slice(batches * ROWS, ++batches * ROWS);
      const cells = (/** @type {string} */ line) =>
        line.split(",").map((cell, column) => (column === size && cell !== "" ? String(Number(cell) * 3) : cell));
      const moved = grown ? rows.map((line) => cells(line).join(",")) : rows;
      // Whole from the first moment on, as a source may look at any time.
      writeFileSync(join(folder, ".incoming"), `${[head, ...moved].join("\n")}\n`);
      renameSync(join(folder, ".incoming"), join(folder, `batch-${batches}.csv`));
    },
    /** Rows as a caller sends them, with their price. @param {number} count */
    rows(count) {
      return lines.slice(-count).map((line) => {
        const cells = line.split(",");
        const cell = (/** @type {string} */ name) => Number(cells[columns.indexOf(name)]);
        const row = { bed: cell("bed"), bath: cell("bath"), houseSize: cell("house_size"), grade: cell("grade"), status: "sold" };
        return { row, price: cell("price") };
      });
    },
  };
}

/**
 * `atalaya up` and, on the same state, a process that serves alone.
 *
 * @param {{ repository: string, folder: string, listings: ReturnType<typeof listings> }} options
 */
export async function startService({ repository, folder, listings: source }) {
  const main = join(repository, "packages/cli/dist/main.js");
  const project = join(repository, "tools/observability/project");
  const { PATH = "", HOME = "" } = process.env;
  const home = join(folder, "home");
  const env = { PATH, HOME, NO_COLOR: "1", ATALAYA_HOME: home, OBSERVED_LISTINGS: source.folder };
  const [upPort, servePort] = [await freePort(), await freePort()];
  const [up, serve] = [`http://127.0.0.1:${upPort}`, `http://127.0.0.1:${servePort}`];
  const start = (/** @type {string[]} */ words, /** @type {string} */ url) =>
    startServer(process.execPath, [main, ...words, "--project", project], {
      cwd: repository,
      env,
      ready: `${url}/ready`,
      patienceMs: 180_000,
    });
  const upProcess = await start(["up", "--port", String(upPort), "--every", "1"], up);
  const startReplica = () => start(["serve", PIPELINE, "--port", String(servePort)], serve);
  let replica = await startReplica();
  return {
    up,
    serve,
    home,
    project,
    env,
    main,
    targets: { atalaya: `127.0.0.1:${upPort}`, "atalaya-serve": `127.0.0.1:${servePort}` },
    killReplica: () => process.kill(replica.pid, "SIGKILL"),
    async restartReplica() {
      replica = await startReplica();
    },
    async stop() {
      await replica.stop();
      await upProcess.stop();
    },
  };
}

/**
 * Callers that go on until they are stopped: predictions of both processes, explanations, feedback and unknown addresses.
 * Nobody minds what they are answered; the metrics tell.
 *
 * @param {Awaited<ReturnType<typeof startService>>} service
 * @param {ReturnType<typeof listings>} source
 */
export function startCallers({ up, serve }, source) {
  const rows = source.rows(50);
  let isGoingOn = true;
  const post = async (/** @type {string} */ url, /** @type {unknown} */ body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) });
    return /** @type {{ id: string }} */ (JSON.parse(await answer.text()));
  };
  const path = `/v1/pipelines/${PIPELINE}`;
  const once = async (/** @type {number} */ turn) => {
    const { row, price } = rows[turn % rows.length] ?? { row: {}, price: 0 };
    const { id } = await post(`${up}${path}/predict`, row);
    if (turn % 2 === 0) await post(`${up}${path}/feedback`, { id, label: price });
    if (turn % 10 === 0) await post(`${up}${path}/explain`, row);
    if (turn % 10 === 5) await fetch(`${up}/nowhere/${turn}`);
    await post(`${serve}${path}/predict`, row);
  };
  const done = (async () => {
    for (let turn = 0; isGoingOn; turn++) {
      await once(turn).catch(() => undefined);
      await wait(40);
    }
  })();
  return {
    async stop() {
      isGoingOn = false;
      await done;
    },
  };
}
