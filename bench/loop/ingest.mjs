import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { column, dataset } from "../../packages/define/dist/index.js";
import { readBatch, writeParquet } from "../../packages/ingest/dist/index.js";
import { createRandom } from "../../packages/learn/dist/index.js";
import { cpuSeconds, runPeer } from "./python.mjs";

const ROWS = 1_000_000;
const REPEATS = 1;
const homes = dataset("homes", {
  id: column.text(),
  status: column.category(),
  price: column.number({ min: 1, max: 1e9 }),
  bed: column.number({ min: 0, max: 200 }).optional(),
  bath: column.number({ min: 0, max: 200 }).optional(),
  acreLot: column.number({ from: "acre_lot", min: 0, max: 100_000 }).optional(),
  city: column.category().optional(),
  state: column.category().optional(),
  houseSize: column.number({ from: "house_size", min: 50, max: 2e6 }).optional(),
  sold: column.text().optional(),
  lat: column.number({ min: -90, max: 90 }).optional(),
  lon: column.number({ min: -180, max: 180 }).optional(),
});

/**
 * Validated ingest of a CSV of a million rows and 12 columns with 1 % of bad ones, to Parquet and a quarantine: CPU seconds.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measureIngest({ repository, python, say, skip }) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-ingest-"));
  try {
    const file = join(folder, "homes.csv");
    writeHomes(file);
    say("ingest of 1,000,000 x 12 …");
    const ours = await cpuSeconds(REPEATS, async () => {
      const reading = await readBatch({ name: "homes.csv", path: file }, homes.definition.columns);
      await writeParquet(reading.accepted, join(folder, "ours.parquet"));
      return reading;
    });
    const { read, accepted, rejected } = ours.result;
    if (read !== ROWS || rejected.length !== ROWS / 100) throw new Error(`${read} read, ${rejected.length} rejected`);
    const name = "validated ingest, 1,000,000 x 12, 1 % bad, CPU";
    if (python === null) {
      skip(`DuckDB beside ${name}`, "BENCH_PYTHON names no interpreter");
      yield { name, ours: ours.seconds, unit: "s" };
      return;
    }
    const theirs = runPeer(python, [join(repository, "bench/peers/ingest.py"), file, folder, String(REPEATS)]);
    if (theirs.rows !== accepted.rowCount) throw new Error(`${theirs.rows} rows there, ${accepted.rowCount} here`);
    yield { name, ours: ours.seconds, unit: "s", peer: "duckdb", theirs: theirs.cpu, limit: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function writeHomes(file) {
  const random = createRandom(3);
  const below = (/** @type {number} */ most) => Math.floor(most * random.next());
  const handle = openSync(file, "w");
  writeSync(handle, "id,status,price,bed,bath,acre_lot,city,state,house_size,sold,lat,lon\n");
  const bad = ["n/a!", "-5", "", "1e12"];
  for (let row = 0; row < ROWS; ) {
    const lines = [];
    for (const end = row + 10_000; row < end; row++) {
      const price = row % 100 === 7 ? bad[(row / 100) & 3] : String(10_000 + below(900_000));
      const sold = row % 2 === 0 ? "" : `${1 + below(12)}/${1 + below(28)}/${1990 + below(33)}`;
      lines.push(
        `${row},${row % 3 === 0 ? "sold" : "for_sale"},${price},${row % 7 === 0 ? "" : below(7)},${1 + below(4)},${(random.next() * 3).toFixed(2)},City ${below(2_000)},State ${below(18)},${row % 5 === 0 ? "" : 400 + below(4_000)},${sold},${(30 + 15 * random.next()).toFixed(5)},${(-120 + 50 * random.next()).toFixed(5)}\n`,
      );
    }
    writeSync(handle, lines.join(""));
  }
  closeSync(handle);
}
