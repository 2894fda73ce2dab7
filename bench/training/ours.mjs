// Our side of bench/suites/learn/train.mjs, as a process of its own so that its peak memory can be told:
// node bench/training/ours.mjs FOLDER SET LEARNER-AND-PARAMETERS THREADS REPEATS [stream]
// stream: rows are read from the file in chunks, while it trains; else they are in memory before the clock starts.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { fitModel, fitStream, predictRaw } from "../../packages/learn/dist/index.js";
import { createFitPool } from "../../packages/learn/dist/threads/node.js";

const [folder = "", set = "", specificationText = "", threads = "1", repeats = "1", source = "matrix"] = process.argv.slice(2);
const about = JSON.parse(readFileSync(join(folder, `${set}.json`), "utf8"));
const specification = JSON.parse(specificationText);

const target = targetOf("train");
const pool = Number(threads) > 1 ? createFitPool(Number(threads)) : null;
const trained =
  source === "stream" ? fromStream({ stream: streamOf("train"), target }) : fromMatrix({ matrix: matrixOf("train"), target });

// The peers fit 2,000 rows before the clock starts, too.
await warmUp();
const wall = /** @type {number[]} */ ([]);
const cpu = /** @type {number[]} */ ([]);
/** @type {any} */
let model;
for (let repeat = 0; repeat < Number(repeats); repeat++) {
  const started = performance.now();
  const used = process.cpuUsage();
  model = await trained();
  wall.push((performance.now() - started) / 1e3);
  const { user, system } = process.cpuUsage(used);
  cpu.push((user + system) / 1e6);
}
const peakMiB = process.resourceUsage().maxRSS / 1024;
await pool?.close();
process.stdout.write(`${JSON.stringify({ wall, cpu, peakMiB, score: scoreOf(model) })}\n`);

async function warmUp() {
  const rowCount = 2_000;
  const columns = about.names.map(() => sharedNumbers(Float32Array.from({ length: rowCount }, (_, row) => (row * 7_919) % 997)));
  const matrix = { rowCount, columns, names: about.names };
  const few =
    target.kind === "number"
      ? { ...target, values: target.values.slice(0, rowCount) }
      : { ...target, codes: target.codes.slice(0, rowCount) };
  if (few.kind === "class") few.codes[0] = 1 - few.codes[1];
  const parameters = { ...specification.parameters, trees: 20, minLeafRows: 5 };
  await fromMatrix({ matrix, target: few })({ ...specification, parameters });
}

/** @param {any} data */
function fromMatrix(data) {
  return async (as = specification) => (pool === null ? fitModel(as, data) : pool.fit(as, data));
}

/** @param {any} data */
function fromStream(data) {
  return async () => (pool === null ? fitStream(specification, data) : pool.fitStream(specification, data));
}

/**
 * The rows in chunks, read from the file as they are asked for: reading counts as training.
 *
 * @param {string} part
 */
function streamOf(part) {
  const file = openSync(join(folder, `${set}.${part}.f32`), "r");
  const rowCount = about[part];
  const { names } = about;
  return {
    rowCount,
    names,
    categoryCounts: about.categories,
    *chunks() {
      const most = 65_536;
      const bytes = new Float32Array(most);
      const columns = names.map(() => new Float64Array(most));
      for (let begin = 0; begin < rowCount; begin += most) {
        const rows = Math.min(most, rowCount - begin);
        for (let column = 0; column < names.length; column++) {
          readSync(file, bytes, 0, 4 * rows, 4 * (column * rowCount + begin));
          columns[column].set(bytes.subarray(0, rows));
        }
        const parts = columns.map((/** @type {Float64Array} */ values) => values.subarray(0, rows));
        yield { rowCount: rows, columns: parts, names };
      }
    },
  };
}

/** @param {string} part */
function matrixOf(part) {
  const file = openSync(join(folder, `${set}.${part}.f32`), "r");
  const rowCount = about[part];
  // Column by column: the file as a whole would be in memory beside its rows.
  const values = new Float32Array(rowCount);
  const columns = about.names.map((/** @type {string} */ _name, /** @type {number} */ column) => {
    readSync(file, values, 0, 4 * rowCount, 4 * column * rowCount);
    return sharedNumbers(values);
  });
  closeSync(file);
  return { rowCount, columns, names: about.names, categoryCounts: about.categories };
}

/**
 * Where threads read them too: a pool copies what lies elsewhere.
 *
 * @param {Float32Array} values
 */
function sharedNumbers(values) {
  const numbers = new Float64Array(new SharedArrayBuffer(8 * values.length));
  numbers.set(values);
  return numbers;
}

/**
 * @param {string} part
 * @returns {any}
 */
function targetOf(part) {
  const bytes = readFileSync(join(folder, `${set}.${part}.f64`));
  const values = new Float64Array(new Uint8Array(bytes).buffer);
  if (about.task === "regression") return { kind: "number", values };
  return { kind: "class", classes: ["0", "1"], codes: Int32Array.from(values) };
}

/** @param {any} fitted */
function scoreOf(fitted) {
  const raw = /** @type {any} */ (predictRaw(fitted, matrixOf("test")));
  const truth = targetOf("test");
  if (truth.kind === "number") {
    let sum = 0;
    for (let row = 0; row < truth.values.length; row++) sum += (truth.values[row] - raw[0][row]) ** 2;
    return { rmse: Math.sqrt(sum / truth.values.length) };
  }
  let sum = 0;
  for (let row = 0; row < truth.codes.length; row++) {
    const second = fitted.space === "probability" ? raw[1][row] : 1 / (1 + Math.exp(-raw[0][row]));
    const clipped = Math.min(1 - 1e-15, Math.max(1e-15, second));
    sum -= Math.log(truth.codes[row] === 1 ? clipped : 1 - clipped);
  }
  return { logloss: sum / truth.codes.length, auroc: auroc(truth.codes, fitted.space === "probability" ? raw[1] : raw[0]) };
}

/**
 * Share of pairs in the right order, ties half.
 *
 * @param {any} codes
 * @param {any} scores
 */
function auroc(codes, scores) {
  const order = Int32Array.from(scores, (/** @type {number} */ _, /** @type {number} */ row) => row).sort(
    (one, other) => scores[one] - scores[other],
  );
  let ranks = 0;
  let positives = 0;
  for (let begin = 0, end = 0; begin < order.length; begin = end) {
    while (end < order.length && scores[order[end] ?? 0] === scores[order[begin] ?? 0]) end++;
    for (let place = begin; place < end; place++) {
      if (codes[order[place] ?? 0] === 0) continue;
      ranks += (begin + end + 1) / 2;
      positives++;
    }
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}
