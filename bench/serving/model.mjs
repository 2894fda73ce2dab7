import { readFileSync } from "node:fs";
import { buildBundle, encodeBundle, fitFeatures, fitModel, rowsToFrame } from "@atalaya/learn";

/** @typedef {import("@atalaya/learn").ColumnSchema} ColumnSchema */
/** @typedef {import("@atalaya/learn").Expression} Expression */

/** @type {readonly ColumnSchema[]} */
const inputs = [
  { name: "bed", from: ["bed"], type: "number", min: 0, optional: true },
  { name: "bath", from: ["bath"], type: "number", min: 0, optional: true },
  { name: "acre_lot", from: ["acre_lot"], type: "number", min: 0, optional: true },
  { name: "house_size", from: ["house_size"], type: "number", min: 0, optional: true },
  { name: "state", from: ["state"], type: "category", optional: false },
];

/** @returns {Expression} */
const column = (/** @type {string} */ name) => ({ op: "column", name });
/** @returns {Expression} */
const more = (/** @type {Expression} */ of) => ({ op: "add", left: of, right: { op: "number", value: 1 } });
const rooms = /** @type {Expression} */ ({ op: "add", left: column("bed"), right: column("bath") });

/**
 * The eleven features of the peer: 100 trees of depth 6 on log1p(price).
 *
 * @param {string} csv  as `writeHomes` writes it
 * @param {number} trees
 * @returns {Uint8Array} the encoded bundle
 */
export function trainHomes(csv, trees = 100) {
  const [head = "", ...lines] = readFileSync(csv, "utf8").trimEnd().split("\n");
  const names = head.split(",");
  const rows = lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(
      names.map((name, at) => {
        const cell = cells[at] ?? "";
        return [name, name === "state" ? cell : cell === "" ? null : Number(cell)];
      }),
    );
  });
  const { frame } = rowsToFrame(
    inputs,
    rows.map(({ price: _price, ...row }) => row),
  );
  const target = { kind: /** @type {const} */ ("number"), values: Float64Array.from(rows, ({ price }) => Number(price)) };
  const derived = [
    { name: "total_rooms", expression: rooms },
    { name: "bath_per_bed", expression: ratio(column("bath"), more(column("bed"))) },
    { name: "size_per_room", expression: ratio(column("house_size"), more(rooms)) },
    { name: "size_per_bed", expression: ratio(column("house_size"), more(column("bed"))) },
    { name: "log_size", expression: log1p(column("house_size")) },
    { name: "log_acre", expression: log1p(column("acre_lot")) },
  ];
  const numbers = ["bed", "bath", "acre_lot", "house_size", ...derived.map(({ name }) => name)];
  const plan = {
    inputs,
    derived,
    features: [
      ...numbers.map((name) => ({ name, encoder: { kind: /** @type {const} */ ("number") } })),
      { name: "state", encoder: { kind: /** @type {const} */ ("targetMean"), smoothing: 20 } },
    ],
  };
  const { fitted, trainingMatrix } = fitFeatures(plan, frame, target, { seed: 1, fitOn: "log1p" });
  const parameters = { trees, depth: 6, leaves: 64, learningRate: 0.1, minLeafRows: 1, fitOn: "log1p" };
  const model = fitModel({ learner: "gradientBoosting", parameters }, { matrix: trainingMatrix, target }, { seed: 1 });
  const named = { name: "price", unit: "USD" };
  return encodeBundle(buildBundle({ pipeline: "homes", target: named, features: fitted, model, trainingRows: frame }));
}

/** @returns {Expression} */
function ratio(/** @type {Expression} */ left, /** @type {Expression} */ right) {
  return { op: "div", left, right };
}

/** @returns {Expression} */
function log1p(/** @type {Expression} */ of) {
  return /** @type {Expression} */ ({ op: "log1p", of });
}
