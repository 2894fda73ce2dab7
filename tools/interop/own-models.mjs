import {
  buildBundle,
  createRandom,
  fitAnswerParts,
  fitFeatures,
  fitModel,
  frameOf,
  predictRaw,
  transformFeatures,
} from "@atalaya/learn";

/**
 * @import { Expression, FeaturePlan, Frame, LearnerSpecification, ModelBundle, Target, TrainingData } from "@atalaya/learn"
 */

const STATES = Array.from({ length: 60 }, (_, code) => `state ${code}${code % 7 === 0 ? " – Österreich 北" : ""}`);

/**
 * Rows of homes with every kind of column, a tenth missing.
 *
 * @param {number} rows
 * @param {number} seed
 * @param {number} states  how many of the states occur
 * @returns {Frame}
 */
export function homes(rows, seed, states = STATES.length) {
  const random = createRandom(seed);
  /** @param {() => number} make */
  const numbers = (make) => Float64Array.from({ length: rows }, () => (random.next() < 0.1 ? Number.NaN : make()));
  const codes = Int32Array.from(
    numbers(() => Math.floor(random.next() ** 2 * states)),
    (code) => (Number.isNaN(code) ? -1 : code),
  );
  return frameOf([
    ["size", { kind: "number", values: numbers(() => 20 + random.next() * 300) }],
    ["price", { kind: "number", values: numbers(() => 1e4 / (random.next() + 1e-3)) }],
    ["beds", { kind: "number", values: numbers(() => random.integer(6)) }],
    ["zip", { kind: "number", values: numbers(() => 10_000 + random.integer(80)) }],
    ["state", { kind: "category", codes, levels: STATES }],
    ["sold", { kind: "boolean", values: numbers(() => random.integer(2)) }],
    ["listed", { kind: "time", values: numbers(() => (random.next() - 0.3) * 3e12) }],
    ["built", { kind: "time", values: numbers(() => (random.next() - 0.6) * 3e12) }],
  ]);
}

/** @param {string} name @returns {Expression} */
const column = (name) => ({ op: "column", name });
/** @param {number} value @returns {Expression} */
const number = (value) => ({ op: "number", value });

/** @type {Record<string, Expression>} */
const derived = {
  perBed: { op: "div", left: column("size"), right: column("beds") },
  logPrice: { op: "log1p", of: column("price") },
  logTiny: { op: "log1p", of: { op: "mul", left: column("size"), right: number(1e-18) } },
  logBelow: { op: "log1p", of: { op: "sub", left: column("beds"), right: number(3) } },
  root: { op: "sqrt", of: { op: "sub", left: column("size"), right: number(100) } },
  distance: { op: "abs", of: { op: "sub", left: column("size"), right: number(150) } },
  hundreds: { op: "floor", of: { op: "div", left: column("price"), right: number(100) } },
  least: { op: "min", left: column("size"), right: { op: "mul", left: column("beds"), right: number(40) } },
  most: { op: "max", left: column("size"), right: { op: "add", left: column("beds"), right: number(99.5) } },
  overflow: {
    op: "div",
    left: { op: "mul", left: { op: "mul", left: column("price"), right: number(1e200) }, right: number(1e104) },
    right: number(1e304),
  },
  filled: { op: "orElse", of: column("size"), value: -1 },
  constant: number(3),
  dear: { op: "gt", left: column("price"), right: number(40_000) },
  cheap: { op: "lt", left: column("price"), right: number(15_000) },
  older: { op: "lte", left: column("built"), right: column("listed") },
  large: { op: "gte", left: column("size"), right: number(200) },
  both: { op: "and", left: { op: "gt", left: column("price"), right: number(20_000) }, right: column("sold") },
  either: { op: "or", left: { op: "lt", left: column("size"), right: number(90) }, right: column("sold") },
  unsold: { op: "not", of: column("sold") },
  noState: { op: "isMissing", of: column("state") },
  noSize: { op: "isMissing", of: column("size") },
  inSome: { op: "isIn", of: column("state"), levels: [STATES[0] ?? "", STATES[3] ?? "", STATES[14] ?? "", "elsewhere"] },
  decade: {
    op: "bucket",
    of: { op: "year", of: column("listed") },
    edges: [1960, 1970, 1980, 1990, 2000, 2020],
    labels: ["before", "sixties", "seventies", "eighties", "nineties", "noughties", "now"],
  },
  hour: { op: "hour", of: column("listed") },
  weekday: { op: "weekday", of: column("built") },
  month: { op: "month", of: column("built") },
  year: { op: "year", of: column("built") },
  age: { op: "daysSince", later: column("listed"), earlier: column("built") },
};

/** @param {boolean} hasTarget @returns {FeaturePlan} */
function planFor(hasTarget) {
  const encoded = new Set(["state", "zip", "sold", "decade"]);
  /** @type {FeaturePlan["inputs"]} */
  const inputs = [
    { name: "size", from: [], type: "number", optional: true },
    { name: "price", from: [], type: "number", optional: true, unit: "USD" },
    { name: "beds", from: [], type: "integer", optional: true },
    { name: "zip", from: [], type: "integer", optional: true },
    { name: "state", from: [], type: "category", optional: true },
    { name: "sold", from: [], type: "boolean", optional: true },
    { name: "listed", from: [], type: "time", optional: true },
    { name: "built", from: [], type: "time", optional: true },
  ];
  const names = [...inputs.map(({ name }) => name), ...Object.keys(derived)].filter((name) => !encoded.has(name));
  return {
    inputs,
    derived: Object.entries(derived).map(([name, expression]) => ({ name, expression })),
    features: [
      ...names.map((name) => ({ name, encoder: /** @type {const} */ ({ kind: "number" }) })),
      { name: "state", encoder: hasTarget ? { kind: "targetMean", smoothing: 5 } : { kind: "frequency" } },
      { name: "zip", encoder: { kind: "frequency" } },
      { name: "sold", encoder: { kind: "levels", levels: ["true", "false"] } },
      { name: "decade", encoder: { kind: "levels", levels: null } },
    ],
  };
}

/** @param {Frame} frame @returns {Float64Array} */
function prices(frame) {
  /** @param {string} name @returns {Float64Array} */
  const values = (name) => {
    const found = frame.columns.get(name);
    if (found === undefined || found.kind === "category") throw new Error(`homes have no numbers called ${name}`);
    return found.values;
  };
  const state = frame.columns.get("state");
  const codes = state?.kind === "category" ? state.codes : new Int32Array();
  const size = values("size");
  const beds = values("beds");
  return size.map((own, row) => 5e4 + (own || 90) * 3_000 + (beds[row] || 1) * 4e4 + ((codes[row] ?? 0) % 5) * 3e4);
}

/** @param {Frame} frame @param {readonly string[]} classes @returns {Target} */
function classesOf(frame, classes) {
  const codes = Int32Array.from(prices(frame), (price) =>
    Math.min(classes.length - 1, Math.floor((price / 7e5) * classes.length)),
  );
  return { kind: "class", codes, classes };
}

/**
 * A bundle for every learner and space, fitted on homes.
 *
 * @returns {Map<string, ModelBundle>}
 */
export function ownModels() {
  const frame = homes(4_000, 11, 50);
  /** @type {Target} */
  const target = { kind: "number", values: prices(frame) };
  const two = classesOf(frame, ["cheap", "dear"]);
  const three = classesOf(frame, ["cheap", "fair – 公平", "dear"]);
  const boosting = { trees: 150, leaves: 31 };
  /** @type {Record<string, [LearnerSpecification, Target | null]>} */
  const ingredients = {
    "boosting-value": [{ learner: "gradientBoosting", parameters: boosting }, target],
    "boosting-log1p": [{ learner: "gradientBoosting", parameters: { ...boosting, fitOn: "log1p" } }, target],
    "boosting-two-classes": [{ learner: "gradientBoosting", parameters: boosting }, two],
    "boosting-three-classes": [{ learner: "gradientBoosting", parameters: { ...boosting, trees: 60 } }, three],
    "forest-value": [{ learner: "randomForest", parameters: { trees: 40, depth: 10 } }, target],
    "forest-three-classes": [{ learner: "randomForest", parameters: { trees: 40, depth: 10 } }, three],
    "linear-value": [{ learner: "linear", parameters: {} }, target],
    "linear-three-classes": [{ learner: "linear", parameters: {} }, three],
    "dummy-value": [{ learner: "dummy", parameters: {} }, target],
    "isolation-forest": [{ learner: "isolationForest", parameters: { trees: 100, contamination: 0.05 } }, null],
  };
  const bundles = new Map(
    Object.entries(ingredients).map(([name, [specification, answer]]) => {
      const fitOn = specification.parameters.fitOn === "log1p" ? "log1p" : "value";
      const { fitted, trainingMatrix } = fitFeatures(planFor(answer !== null), frame, answer, { seed: 3, fitOn });
      const model = fitModel(specification, { matrix: trainingMatrix, target: answer }, { seed: 3 });
      const named = answer === null ? null : { name: "answer", unit: null };
      return [name, buildBundle({ pipeline: name, target: named, features: fitted, model, trainingRows: frame })];
    }),
  );
  return new Map([...bundles, ...answered(bundles, two, three)]);
}

/**
 * Models with calibration and decision threshold, fitted on other rows.
 *
 * @param {Map<string, ModelBundle>} bundles
 * @param {Target} two
 * @param {Target} three
 * @returns {[string, ModelBundle][]}
 */
function answered(bundles, two, three) {
  const frame = homes(2_000, 12, 50);
  const decide = { falseAlarm: 1, missed: 4 };
  /** @type {[string, string, Target, "isotonic" | "platt", typeof decide | null][]} */
  const list = [
    ["isotonic-two-classes", "boosting-two-classes", two, "isotonic", decide],
    ["platt-two-classes", "boosting-two-classes", two, "platt", decide],
    ["isotonic-forest", "forest-three-classes", three, "isotonic", null],
    ["platt-three-classes", "boosting-three-classes", three, "platt", null],
  ];
  return list.map(([name, of, target, calibrate, costs]) => {
    const bundle = bundles.get(of);
    if (bundle === undefined) throw new Error(`there is no ${of}`);
    if (target.kind !== "class") throw new Error(`${name} has no classes`);
    const raw = predictRaw(bundle.model, transformFeatures(bundle.features, frame));
    const parts = fitAnswerParts(bundle.model, raw, classesOf(frame, target.classes), {
      calibrate,
      interval: null,
      decide: costs,
    });
    return [name, { ...bundle, ...parts }];
  });
}

/**
 * Fits that threads share, by name: every way of growing, weights, samples, classes and categories.
 *
 * @param {Frame} frame
 * @returns {Record<string, { specification: LearnerSpecification, data: TrainingData }>}
 */
export function sharedFits(frame) {
  /** @type {Target} */
  const target = { kind: "number", values: prices(frame) };
  const { trainingMatrix: matrix } = fitFeatures(planFor(true), frame, target, { seed: 3, fitOn: "value" });
  const random = createRandom(8);
  const weights = Float64Array.from({ length: frame.rowCount }, () => random.integer(3) + random.next());
  /** @param {Record<string, number | string>} parameters @returns {LearnerSpecification} */
  const boosting = (parameters) => ({ learner: "gradientBoosting", parameters });
  const two = classesOf(frame, ["cheap", "dear"]);
  const three = classesOf(frame, ["cheap", "fair", "dear"]);
  return {
    "leaf by leaf": { specification: boosting({ trees: 12 }), data: { matrix, target } },
    "level by level": { specification: boosting({ trees: 12, growth: "depthWise" }), data: { matrix, target } },
    "weights and samples": {
      specification: boosting({ trees: 8, rowShare: 0.7, columnShare: 0.6 }),
      data: { matrix, target, weights },
    },
    "a quantile": { specification: boosting({ trees: 6, loss: "quantile", quantile: 0.9 }), data: { matrix, target } },
    "two classes": { specification: boosting({ trees: 8 }), data: { matrix, target: two } },
    "three classes": { specification: boosting({ trees: 4 }), data: { matrix, target: three } },
    "a forest": {
      specification: { learner: "randomForest", parameters: { trees: 4, depth: 9 } },
      data: { matrix, target },
    },
    "a forest of three classes": {
      specification: { learner: "randomForest", parameters: { trees: 4, depth: 9 } },
      data: { matrix, target: three },
    },
    "isolation forest": { specification: { learner: "isolationForest", parameters: {} }, data: { matrix, target: null } },
  };
}
