import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { importXgboostJson } from "../../packages/learn/dist/index.js";
import { startPeer } from "./peer.mjs";

/**
 * Where peers leave what both sides read; null, said loudly, where the peers or the data are missing.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 * @param {string} what
 */
export function startPeers({ repository, python, skip }, what) {
  const data = process.env.BENCH_DATA ?? join(repository, "../shared/data");
  if (python === null) return skip(what, "no Python with the peers");
  if (!existsSync(data)) return skip(what, `there is no ${data}`);
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atalaya", "bench-answers");
  mkdirSync(folder, { recursive: true });
  return { folder, peer: startPeer(python, [join(repository, "bench/peers/trees.py"), data, folder]) };
}

/**
 * A row-major file of float32 as columns.
 *
 * @param {string} file
 * @param {number} columnCount
 * @param {number} [most]  rows
 */
export function matrixFrom(file, columnCount, most = Number.POSITIVE_INFINITY) {
  const numbers = float32From(file);
  const rowCount = Math.min(most, numbers.length / columnCount);
  const columns = Array.from({ length: columnCount }, (_, column) =>
    Float64Array.from({ length: rowCount }, (_row, row) => numbers[row * columnCount + column] ?? Number.NaN),
  );
  return { rowCount, columns, names: columns.map((_, column) => `column ${column}`) };
}

/** @param {string} file */
export function float32From(file) {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/**
 * The peer's own model, imported: both sides walk the same trees.
 *
 * @param {string} folder
 * @param {number} depth
 */
export function importedModel(folder, depth) {
  return importXgboostJson(readFileSync(join(folder, `boosting-${depth}.json`), "utf8")).model;
}
