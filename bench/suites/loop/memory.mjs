import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHomes, writeProject } from "../../loop/big-homes.mjs";
import { processTree, proportionalBytes } from "../../processes.mjs";

const MIB = 1024 * 1024;
/** What the whole of Node may hold, whatever the number of rows. */
const LIMIT_MIB = 2_048;
const LOOK_MS = 250;

/** Rows of the curve; BENCH_ROWS names others (100000,1000000). */
const rowCounts = (process.env.BENCH_ROWS ?? "100000,1000000,10000000").split(",").map(Number);

/**
 * A pipeline over a CSV of 12 columns from the file to the registered version, by `atalaya run`: peak of the resident memory of
 * Node, of the proportional memory of its PostgreSQL, and seconds.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, say, skip }) {
  if (process.platform !== "linux") return skip("memory by rows", "it is read from /proc");
  for (const rows of rowCounts) {
    const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-memory-"));
    // PostgreSQL runs as another account where this is root.
    chmodSync(folder, 0o755);
    const name = `${rows.toLocaleString("en-US")} x 12 rows, from CSV to a version`;
    try {
      say(`${name}: writing …`);
      writeHomes(join(folder, "homes.csv"), rows);
      writeProject(join(folder, "project"));
      say(`${name}: running …`);
      const { seconds, peak, postgres, model } = await run(repository, folder, say);
      say(`${name}: model ${model.slice(0, 12)}, ${Math.round(peak / MIB)} MiB`);
      yield { name: `${name}, peak memory of Node`, ours: peak / MIB, unit: "MiB", peer: "2 GiB", theirs: LIMIT_MIB, limit: 1 };
      yield { name: `${name}, peak memory of PostgreSQL`, ours: postgres / MIB, unit: "MiB" };
      yield { name, ours: seconds, unit: "s" };
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/**
 * @param {string} repository
 * @param {string} folder
 * @param {(line: string) => void} say
 */
function run(repository, folder, say) {
  const home = join(folder, "home");
  const main = join(repository, "packages/cli/dist/main.js");
  const started = performance.now();
  const child = spawn(process.execPath, [main, "run", "big-homes", "--project", join(folder, "project"), "--json"], {
    env: { ...process.env, ATALAYA_HOME: home, BIG_HOMES_URL: join(folder, "homes.csv") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, log, peak, postgres] = ["", "", 0, 0];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-20_000);
    if (process.env.BENCH_VERBOSE !== undefined) say(`${Math.round(peak / MIB)} MiB  ${text.trim()}`);
  });
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid ?? -1));
    const others = processTree(child.pid ?? -1, home).filter(({ isPostgres }) => isPostgres);
    try {
      postgres = Math.max(postgres, proportionalBytes(others));
    } catch {
      // One of them ended while we looked.
    }
  }, LOOK_MS);
  return new Promise((resolve, reject) => {
    child.once("close", (code) => {
      clearInterval(watch);
      if (code !== 0) return reject(new Error(`atalaya run ended with code ${code}:\n${log}\n${out.slice(-2_000)}`));
      const { model } = JSON.parse(out.trim().split("\n").at(-1) ?? "{}");
      resolve({ seconds: (performance.now() - started) / 1_000, peak, postgres, model: String(model) });
    });
  });
}

/**
 * The most that the process ever held (Linux counts it itself).
 *
 * @param {number} pid
 */
function peakOf(pid) {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1_024;
  } catch {
    return 0; // It ended while we looked.
  }
}
