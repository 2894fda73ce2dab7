import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { column, dataset } from "../../../packages/define/dist/index.js";
import { readBatchParts } from "../../../packages/ingest/dist/index.js";
import { createRandom } from "../../../packages/learn/dist/index.js";
import { partRowsOf, SilverFiles } from "../../../packages/run/dist/artifacts/silver.js";
import { inSeconds, inTurnSlowly, startPeer } from "../../answers/peer.mjs";

const ROWS = 1_000_000;
const LIMIT = 1;
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

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
 * Validated ingest of a CSV of a million rows and 12 columns with 1 % of bad ones, to Parquet and a quarantine, two threads on
 * every side.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, python, say, skip }) {
  const name = "validated ingest, 1,000,000 x 12, 1 % bad";
  if (python === null) return skip(name, "no Python with the peers");
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-ingest-"));
  const file = join(folder, "homes.csv");
  writeHomes(file);
  const peer = startPeer(python, [join(repository, "bench/peers/ingest.py"), file, folder]);
  try {
    for (const [engine, limit] of /** @type {const} */ ([
      ["duckdb", LIMIT],
      ["polars", undefined],
    ])) {
      say(`${name}: ${engine} …`);
      const taken = await ingest(folder, file);
      const { rows } = await peer.ask(engine);
      if (rows !== taken) throw new Error(`${engine} takes ${rows} rows, we ${taken}`);
      const seconds = await inTurnSlowly(
        () => ingest(folder, file),
        () => peer.ask(engine),
        rounds,
      );
      yield* inSeconds(name, engine, seconds, limit);
    }
  } finally {
    await peer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * As a pipeline judges a batch, but for the profile, which no peer makes: Parquet files of the rows that keep the contract, each
 * with its line, and the others with line and reason.
 *
 * @param {string} folder
 * @param {string} file
 * @returns rows that were taken
 */
async function ingest(folder, file) {
  const { columns } = homes.definition;
  const scratch = mkdtempSync(join(folder, "ours-"));
  const bad = /** @type {string[]} */ ([]);
  const silver = new SilverFiles(scratch);
  let accepted = 0;
  const { read } = await readBatchParts(
    { name: "homes.csv", path: file },
    columns,
    {},
    {
      rowsAtOnce: partRowsOf(columns.length),
      onPart: async ({ accepted: frame, lines, rejected }) => {
        for (const row of rejected) bad.push(JSON.stringify(row));
        accepted += frame.rowCount;
        await silver.add(frame, lines);
      },
    },
  );
  await silver.finish();
  writeFileSync(join(scratch, "quarantine.jsonl"), bad.join("\n"));
  if (read !== ROWS || bad.length !== ROWS / 100) throw new Error(`${read} read, ${bad.length} rejected`);
  rmSync(scratch, { recursive: true });
  return accepted;
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
