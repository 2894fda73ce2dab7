import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { startPeer } from "./peer.mjs";

/**
 * The peers of tuning and of two-sample tests; undefined, said loudly, where they or the data are missing.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 * @param {string} what
 */
export function startSamplePeers({ repository, python, skip }, what) {
  const data = process.env.BENCH_DATA ?? join(repository, "../shared/data");
  if (python === null) return skip(what, "no Python with the peers");
  if (!existsSync(data)) return skip(what, `there is no ${data}`);
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atalaya", "bench-tuning");
  mkdirSync(folder, { recursive: true });
  return { folder, peer: startPeer(python, [join(repository, "bench/peers/tuning.py"), data, folder]) };
}

/** @param {string} file  of float64, little-endian */
export function float64From(file) {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
