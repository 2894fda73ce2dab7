import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildBundle, createRandom, createScorer, predictRaw, rowsToFrame } from "../../../packages/learn/dist/index.js";
import { float32From, importedModel, matrixFrom, startPeers } from "../../answers/houses.mjs";
import { inSeconds, inTurn } from "../../answers/peer.mjs";

const BATCH_LIMIT = 0.6;
const ROUNDS = 10;
const SINGLE_ROWS = 50_000;
const WARM_UP = 20_000;
/** Microseconds that one row through the public API may take. */
const SINGLE_LIMIT = 5;

/**
 * Prediction by a model that XGBoost trained (100 trees, depth 6, 290,000 listings with missing values): 72,000 rows from
 * arrays to margins on one thread, which must be equal bit for bit; and one parsed request row to its answer, features
 * included, by `Scorer.answerRow`.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const started = startPeers(bench, "prediction");
  if (started === undefined) return;
  const { folder, peer } = started;
  try {
    bench.say("XGBoost trains the model to predict with …");
    const { columns } = await peer.ask("prepare_boosting");
    const model = importedModel(folder, 6);
    const matrix = matrixFrom(join(folder, "questions.f32"), columns);
    const margins = float32From(join(folder, "margin-6.f32"));
    const wrong = predictRaw(model, matrix)[0]?.findIndex((value, row) => value !== margins[row]);
    if (wrong !== -1) throw new Error(`The margin of row ${wrong} is not XGBoost's.`);
    const seconds = await inTurn(
      () => predictRaw(model, matrix),
      () => peer.ask("predict"),
      ROUNDS,
    );
    yield* inSeconds(`predict ${matrix.rowCount} rows`, "xgboost", seconds, BATCH_LIMIT);
    yield singleRow(folder, model);
  } finally {
    await peer.close();
  }
}

/**
 * The median over calls, each timed by itself.
 *
 * @param {string} folder
 * @param {ReturnType<typeof importedModel>} model
 */
function singleRow(folder, model) {
  const levels = JSON.parse(readFileSync(join(folder, "levels.json"), "utf8"));
  const rows = madeUpRows(levels);
  const features = featuresOf(levels);
  const trainingRows = rowsToFrame(features.inputs, rows.slice(0, 200)).frame;
  const target = { name: "log price", unit: null };
  const scorer = createScorer(buildBundle({ pipeline: "houses", target, features, model, trainingRows, replayRows: 10 }));
  const microseconds = new Float64Array(SINGLE_ROWS);
  let missed = 0;
  for (let call = -WARM_UP; call < SINGLE_ROWS; call++) {
    const row = rows[(call + WARM_UP) % rows.length];
    const started = process.hrtime.bigint();
    const answer = scorer.answerRow(row);
    const ended = process.hrtime.bigint();
    if (answer === null) missed++;
    if (call >= 0) microseconds[call] = Number(ended - started) / 1e3;
  }
  if (missed > 0) throw new Error(`${missed} rows had no answer.`);
  const ours = microseconds.sort()[SINGLE_ROWS / 2] ?? Number.NaN;
  return { name: "one row, parsed request to answer, p50", peer: "the bound", ours, theirs: SINGLE_LIMIT, unit: "µs", limit: 1 };
}

/**
 * The columns that the model was trained on, made of eight request columns and three derived values.
 *
 * @param {Record<string, readonly string[]>} names
 */
function featuresOf(names) {
  const number = (/** @type {string} */ name) => ({ name, from: [], type: /** @type {const} */ ("number"), optional: true });
  const category = (/** @type {string} */ name) => ({ name, from: [], type: /** @type {const} */ ("category"), optional: true });
  const column = (/** @type {string} */ name) => ({ op: /** @type {const} */ ("column"), name });
  const rooms = { op: /** @type {const} */ ("add"), left: column("bed"), right: column("bath") };
  const atLeastOne = { op: /** @type {const} */ ("max"), left: rooms, right: { op: /** @type {const} */ ("number"), value: 1 } };
  const inputs = [
    ...["bed", "bath", "acre_lot", "house_size"].map(number),
    ...["state", "city"].map(category),
    ...["zip", "sold_year"].map(number),
  ];
  const order = [
    "bed",
    "bath",
    "acre_lot",
    "house_size",
    "state",
    "city",
    "zip",
    "rooms",
    "size_per_room",
    "log_size",
    "sold_year",
  ];
  return {
    inputs,
    derived: [
      { name: "rooms", expression: rooms },
      { name: "size_per_room", expression: { op: /** @type {const} */ ("div"), left: column("house_size"), right: atLeastOne } },
      { name: "log_size", expression: { op: /** @type {const} */ ("log1p"), of: column("house_size") } },
    ],
    features: order.map((name, position) => ({
      name,
      encoder:
        names[name] === undefined
          ? { kind: /** @type {const} */ ("number") }
          : { kind: /** @type {const} */ ("levels"), levels: names[name] ?? [] },
      column: position,
      width: 1,
    })),
    columnNames: order,
  };
}

/** @param {Record<string, readonly string[]>} levels */
function madeUpRows(levels) {
  const random = createRandom(1);
  const pick = (/** @type {readonly string[]} */ all) => all[random.integer(all.length)];
  return Array.from({ length: 5_000 }, () => ({
    bed: 1 + random.integer(6),
    bath: 1 + random.integer(4),
    acre_lot: random.next() < 0.2 ? null : random.next() * 2,
    house_size: random.next() < 0.2 ? null : 500 + random.integer(4_000),
    state: pick(levels["state"] ?? []),
    city: pick(levels["city"] ?? []),
    zip: 1_000 + random.integer(19_000),
    sold_year: random.next() < 0.5 ? null : 1980 + random.integer(45),
  }));
}
