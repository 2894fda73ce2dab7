import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../packages/learn/dist/index.js";

const KINDS = ["house", "flat", "farm", "land"];
const BAD = ["n/a!", "-5", "", "1e12"];
const ROWS_AT_ONCE = 20_000;

/**
 * Homes as CSV: a key, a price that the others explain, six numbers with missing values, three categories and a time: 12 columns.
 * One row in a hundred breaks the contract. The same rows for the same number.
 *
 * @param {string} file
 * @param {number} rows
 */
export function writeHomes(file, rows) {
  const random = createRandom(17);
  const below = (/** @type {number} */ most) => Math.floor(most * random.next());
  const handle = openSync(file, "w");
  writeSync(handle, "listing,price,bed,bath,size,lot,lat,lon,city,state,kind,sold_at\n");
  for (let row = 0; row < rows; ) {
    const lines = [];
    for (const end = Math.min(rows, row + ROWS_AT_ONCE); row < end; row++) {
      const [bed, bath, size, city, kind] = [below(7), 1 + below(4), 400 + below(4_000), below(2_000), below(4)];
      const worth = 20_000 + 150 * size + 30_000 * bed + 15_000 * bath + 200 * city + 50_000 * random.next();
      const price = row % 100 === 7 ? BAD[(row / 100) & 3] : Math.round(worth * (1 + kind / 4));
      const [lot, lat, lon] = [random.next() * 3, 30 + 15 * random.next(), -120 + 50 * random.next()];
      const sold = row % 3 === 0 ? "" : `${1990 + below(33)}-0${1 + below(9)}-${10 + below(18)}`;
      lines.push(
        `L${row},${price},${bed},${bath},${row % 5 === 0 ? "" : size},${lot.toFixed(2)},${lat.toFixed(5)},${lon.toFixed(5)},City ${city},State ${city % 50},${KINDS[kind]},${sold}\n`,
      );
    }
    writeSync(handle, lines.join(""));
  }
  closeSync(handle);
}

/**
 * A project with one pipeline over such a file: tuning, training on every row, evaluation, gates.
 *
 * @param {string} folder
 */
export function writeProject(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "big-homes", type: "module", atalaya: { pipelines: ["big-homes.ts"] } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "big-homes.ts"), PIPELINE);
}

const PIPELINE = `import { atLeast, column, dataset, files, gradientBoosting, logBetween, pipeline, setting, shuffled, targetMean } from "@atalaya/define";

const homes = dataset("homes", {
  listing: column.text(),
  price: column.number({ unit: "USD", min: 1_000, max: 1e9 }),
  bed: column.integer({ min: 0, max: 50 }),
  bath: column.integer({ min: 0, max: 50 }),
  size: column.number({ unit: "ft²", min: 1 }).optional(),
  lot: column.number({ min: 0 }),
  lat: column.number({ min: -90, max: 90 }),
  lon: column.number({ min: -180, max: 180 }),
  city: column.category(),
  state: column.category(),
  kind: column.category({ levels: ["house", "flat", "farm", "land"] }),
  soldAt: column.time({ from: "sold_at" }).optional(),
});

export const bigHomes = pipeline("big-homes")
  .ingest(homes, files(setting.url("BIG_HOMES_URL")))
  .validate({ maxRejected: 0.05 })
  .features(
    homes.features({
      target: "price",
      keys: ["listing"],
      derive: (home) => ({ sizePerBed: home.size.div(home.bed.add(1)) }),
      encode: { city: targetMean({ smoothing: 20 }) },
    }),
  )
  .split(shuffled({ test: 0.2, seed: 5 }))
  .train({ trials: 2, seed: 5 }, gradientBoosting({ trees: 50, leaves: 31, learningRate: logBetween(0.1, 0.3) }))
  .evaluate({ metrics: ["rmse", "r2"], slices: ["state"], explain: { rows: 500 } })
  .gate(atLeast("r2", 0.5))
  .promote("production");
`;
