import { execFile } from "node:child_process";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";

const RUNS = 10_000;
const SEARCHES = 300;
const WARM_UP = 5;
const PAGE = 100;

/** @typedef {{ url: string, database: string }} Side */

/**
 * Searches among 10,000 runs that are the same on both sides: by a metric and a parameter, ordered by the metric, a page of 100
 * with everything that was logged to them. The sides answer in turn.
 *
 * @param {{ repository: string, python: string, ours: Side, theirs: Side, peer: string, say: (line: string) => void }} bench
 */
export async function* searchManyRuns({ repository, python, ours, theirs, peer, say }) {
  say(`filling both with ${RUNS} runs …`);
  const experiments = [await fill(repository, python, "ours", ours), await fill(repository, python, "theirs", theirs)];
  const times = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  const found = new Set();
  for (let round = 0; round < SEARCHES + WARM_UP; round++)
    for (const [place, side] of [ours, theirs].entries()) {
      const begin = performance.now();
      const { runs = [] } = await call(side.url, "runs/search", {
        experiment_ids: [experiments[place]],
        filter: "metrics.rmse < 0.5 and params.depth = '3'",
        order_by: ["metrics.rmse ASC"],
        max_results: PAGE,
      });
      if (round >= WARM_UP) times[place]?.push(performance.now() - begin);
      found.add(JSON.stringify(runs.map((/** @type {any} */ run) => run.data.metrics[0].value)));
    }
  if (found.size !== 1) throw new Error("The two sides find other runs.");
  const [mine = [], other = []] = times.map((all) => all.sort((one, next) => one - next));
  const at = (/** @type {number[]} */ sorted, /** @type {number} */ share) =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const name = `search among ${RUNS} runs`;
  yield { name: `${name}, median`, ours: at(mine, 0.5), theirs: at(other, 0.5), peer, unit: "ms", limit: 0.1 };
  yield { name: `${name}, p95 (at most 100 ms)`, ours: at(mine, 0.95), theirs: at(other, 0.95), peer, unit: "ms", limit: 0.1 };
}

/**
 * @param {string} repository
 * @param {string} python
 * @param {"ours" | "theirs"} name
 * @param {Side} side
 * @returns {Promise<string>} the experiment
 */
async function fill(repository, python, name, { url, database }) {
  const { experiment_id: experiment } = await call(url, "experiments/create", { name: `many runs ${Date.now()}` });
  const { run } = await call(url, "runs/create", { experiment_id: experiment, start_time: Date.now(), run_name: "many" });
  const id = run.info.run_id;
  const metrics = [{ key: "rmse", value: 0, timestamp: Date.now(), step: 0 }];
  await call(url, "runs/log-batch", { run_id: id, params: [{ key: "depth", value: "0" }], metrics });
  const words = [join(repository, "bench/peers/registry-fill.py"), name, database, id, String(RUNS - 1)];
  await promisify(execFile)(python, words);
  return experiment;
}

const agent = new Agent({ keepAlive: true });

/**
 * @param {string} url
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
function call(url, path, body) {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", agent, headers: { "content-type": "application/json" } };
    const sent = request(`${url}/api/2.0/mlflow/${path}`, options, (response) => {
      const chunks = /** @type {Buffer[]} */ ([]);
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${path}: ${response.statusCode} ${text.slice(0, 300)}`));
      });
    });
    sent.once("error", reject);
    sent.end(JSON.stringify(body));
  });
}
