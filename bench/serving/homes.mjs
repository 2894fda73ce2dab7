import { writeFileSync } from "node:fs";
import { join } from "node:path";

const STATES = ["Ohio", "Texas", "Utah", "Vermont", "Washington", "Nevada", "Maine", "Iowa", "Oregon", "Georgia"];

/**
 * Homes with a price that follows size, rooms, lot and state, some cells missing. The same rows every time.
 *
 * @param {number} rows
 * @param {number} seed
 */
export function makeHomes(rows, seed) {
  const random = seeded(seed);
  return Array.from({ length: rows }, () => {
    const bed = Math.floor(random() * 7);
    const bath = 1 + Math.floor(random() * 4);
    const houseSize = Math.round(500 + bed * 330 + random() * 900);
    const acreLot = Math.round(random() * random() * 500) / 100;
    const state = Math.floor(random() * STATES.length);
    const noise = 0.75 + random() * 0.5;
    const price = Math.round((40_000 + 130 * houseSize + 9_000 * bath + 4_000 * acreLot + 23_000 * state) * noise);
    const kept = (/** @type {number} */ value, /** @type {number} */ share) => (random() < share ? null : value);
    return {
      bed,
      bath: kept(bath, 0.08),
      acre_lot: kept(acreLot, 0.15),
      house_size: kept(houseSize, 0.12),
      state: STATES[state] ?? "",
      price,
    };
  });
}

/**
 * Training rows as CSV and request bodies as JSON lines: what both sides of the comparison are given.
 *
 * @param {string} folder
 */
export function writeHomes(folder) {
  const train = makeHomes(100_000, 1);
  const columns = /** @type {const} */ (["bed", "bath", "acre_lot", "house_size", "state", "price"]);
  const csv = join(folder, "homes.csv");
  writeFileSync(
    csv,
    `${[columns.join(","), ...train.map((row) => columns.map((name) => row[name] ?? "").join(","))].join("\n")}\n`,
  );
  const bodies = join(folder, "one.jsonl");
  const requests = makeHomes(256, 2).map(({ price: _price, ...row }) => row);
  writeFileSync(bodies, requests.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return { csv, bodies };
}

/** A small generator (mulberry32), so that the rows need no library. @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
