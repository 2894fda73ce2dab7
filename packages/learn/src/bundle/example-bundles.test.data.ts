import type { FeaturePlan } from "../features/feature-plan.js";
import { fitFeatures } from "../features/fit-features.js";
import type { Frame } from "../frame/frame.js";
import { frameOf } from "../frame/frame-builder.js";
import { fitModel } from "../model/fit-model.js";
import type { Target } from "../model/model.js";
import { createRandom } from "../random/random.js";
import type { LearnerSpecification } from "../tune/resolve-parameters.js";
import { buildBundle } from "./build-bundle.js";
import type { ModelBundle } from "./bundle.js";

const STATES = ["NY", "CA", "", "__proto__", "Québec"];

/** Small homes with every kind of column, missing values among them. */
export function homes(rows = 300, seed = 5): Frame {
  const random = createRandom(seed);
  const numbers = (make: () => number, missing = 0) =>
    Float64Array.from({ length: rows }, () => (random.next() < missing ? Number.NaN : make()));
  const codes = Int32Array.from({ length: rows }, () => random.integer(STATES.length + 1) - 1);
  return frameOf([
    ["bed", { kind: "number", values: numbers(() => random.integer(6)) }],
    ["size", { kind: "number", values: numbers(() => 50 + random.next() * 200, 0.1) }],
    ["state", { kind: "category", codes, levels: STATES }],
    ["sold", { kind: "boolean", values: numbers(() => random.integer(2), 0.05) }],
    ["listed", { kind: "time", values: numbers(() => random.integer(1e9) * 1000 + 0.25, 0.05) }],
  ]);
}

const perBed = {
  op: "div",
  left: { op: "column", name: "size" },
  right: { op: "add", left: { op: "column", name: "bed" }, right: { op: "number", value: 1 } },
} as const;

function planFor(task: ModelBundle["task"]): FeaturePlan {
  return {
    inputs: [
      { name: "bed", from: [], type: "integer", min: 0, optional: false },
      { name: "size", from: ["house_size"], type: "number", unit: "m²", optional: true },
      { name: "state", from: [], type: "category", optional: true },
      { name: "sold", from: [], type: "boolean", optional: true },
      { name: "listed", from: [], type: "time", optional: true, description: "When it came to the market." },
    ],
    derived: [
      { name: "perBed", expression: perBed },
      {
        name: "era",
        expression: {
          op: "bucket",
          of: { op: "year", of: { op: "column", name: "listed" } },
          edges: [1985],
          labels: ["old", "new"],
        },
      },
    ],
    features: [
      { name: "bed", encoder: { kind: "number" } },
      { name: "size", encoder: { kind: "number" } },
      { name: "state", encoder: task === "anomaly" ? { kind: "frequency" } : { kind: "targetMean", smoothing: 5 } },
      { name: "sold", encoder: { kind: "number" } },
      { name: "perBed", encoder: { kind: "number" } },
      { name: "era", encoder: { kind: "levels", levels: null } },
    ],
  };
}

function prices(frame: Frame): Target {
  const size = frame.columns.get("size");
  const bed = frame.columns.get("bed");
  if (size?.kind !== "number" || bed?.kind !== "number") throw new Error("homes have sizes and beds");
  const values = size.values.map((value, row) => (Number.isNaN(value) ? 90 : value) * 1_000 + bed.values[row] * 20_000);
  return { kind: "number", values };
}

function classesOf(frame: Frame, classes: readonly string[]): Target {
  const target = prices(frame);
  const codes =
    target.kind === "number"
      ? Int32Array.from(target.values, (value) => Math.min(classes.length - 1, Math.floor(value / 130_000)))
      : new Int32Array();
  return { kind: "class", codes, classes };
}

const boosting = (fitOn: "value" | "log1p"): LearnerSpecification => ({
  learner: "gradientBoosting",
  parameters: { trees: 12, leaves: 8, fitOn },
});
const forest: LearnerSpecification = { learner: "randomForest", parameters: { trees: 8, depth: 5 } };
const isolation: LearnerSpecification = { learner: "isolationForest", parameters: { trees: 20, rowsPerTree: 64 } };

/** A bundle of every space that a model can answer in. */
export const EXAMPLES = ["value", "log1p", "logOdds", "softmax", "probability", "pathLength"] as const;
export type Example = (typeof EXAMPLES)[number];

const made = new Map<Example, ModelBundle>();

export function exampleBundle(example: Example): ModelBundle {
  const known = made.get(example) ?? make(example);
  made.set(example, known);
  return known;
}

function make(example: Example): ModelBundle {
  const frame = homes();
  const two = classesOf(frame, ["cheap", "dear"]);
  const three = classesOf(frame, ["cheap", "__proto__", "dear"]);
  const ingredients = {
    value: [boosting("value"), prices(frame)],
    log1p: [boosting("log1p"), prices(frame)],
    logOdds: [boosting("value"), two],
    softmax: [boosting("value"), three],
    probability: [forest, three],
    pathLength: [isolation, null],
  } as const satisfies Record<Example, readonly [LearnerSpecification, Target | null]>;
  const [specification, target] = ingredients[example];
  const task = target === null ? "anomaly" : target.kind === "number" ? "regression" : "classification";
  const fitOn = example === "log1p" ? "log1p" : "value";
  const { fitted, trainingMatrix } = fitFeatures(planFor(task), frame, target, { seed: 3, fitOn });
  const model = fitModel(specification, { matrix: trainingMatrix, target }, { seed: 3 });
  return buildBundle({
    pipeline: "homes",
    target: target === null ? null : { name: "price", unit: target.kind === "number" ? "USD" : null },
    features: fitted,
    model,
    trainingRows: frame,
    replayRows: 20,
  });
}
