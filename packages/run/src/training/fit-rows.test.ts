import {
  column,
  dataset,
  files,
  gradientBoosting,
  isolationForest,
  isPipeline,
  type PipelineDefinition,
  pipeline,
  setting,
  shuffled,
  targetMean,
  toFeaturePlan,
} from "@atalaya/define";
import {
  CategoryColumnBuilder,
  createRandom,
  type Frame,
  fitFeatures,
  fitModel,
  frameOf,
  type LearnerSpecification,
  makeReference,
  predictRaw,
  transformFeatures,
} from "@atalaya/learn";
import { createFitPool } from "@atalaya/learn/threads";
import { afterAll, expect, test } from "vitest";
import { RowStream } from "../rows/row-stream.js";
import { RowsWriter } from "../rows/rows-writer.js";
import { fitOnRows } from "./fit-rows.js";
import { targetOf } from "./gather-target.js";
import { mostRowsInMemory, rowsInMemory, sampleNote } from "./row-limits.js";
import { sketchRows } from "./sketch-rows.js";
import { predictStream } from "./stream-features.js";
import { readTarget } from "./target.js";

const ROWS = 3_000;
const homes = dataset("homes", {
  price: column.number({ min: 1 }),
  size: column.number().optional(),
  city: column.category().optional(),
  isNew: column.boolean(),
});

function definitionOf(made: unknown): PipelineDefinition {
  if (!isPipeline(made)) throw new Error("not a pipeline");
  return made.definition;
}

const priced = definitionOf(
  pipeline("homes")
    .ingest(homes, files(setting.url("HOMES")))
    .features(
      homes.features({
        target: "price",
        derive: (home) => ({ half: home.size.div(2) }),
        encode: { city: targetMean({ smoothing: 3 }) },
      }),
    )
    .split(shuffled({ test: 0.2 }))
    .train({ seed: 3 }, gradientBoosting({ trees: 5 }))
    .evaluate({ metrics: ["rmse"] })
    .gate()
    .promote("production"),
);
const odd = definitionOf(
  pipeline("odd-homes")
    .ingest(homes, files(setting.url("HOMES")))
    .features(homes.features({}))
    .split(shuffled({ test: 0.2 }))
    .train({ seed: 3 }, isolationForest())
    .evaluate({ metrics: ["scoreStability"] })
    .gate()
    .promote("production"),
);

const random = createRandom(9);
const cities = new CategoryColumnBuilder();
for (let row = 0; row < ROWS; row++) random.next() < 0.05 ? cities.pushMissing() : cities.push(`city ${random.integer(40)}`);
const size = Float64Array.from({ length: ROWS }, () => (random.next() < 0.1 ? Number.NaN : 500 + random.integer(3_000)));
const homesFrame: Frame = frameOf([
  ["price", { kind: "number", values: size.map((value) => 1_000 + 90 * (value || 900) + 5_000 * random.next()) }],
  ["size", { kind: "number", values: size }],
  ["city", cities.build()],
  ["isNew", { kind: "boolean", values: Float64Array.from({ length: ROWS }, () => random.integer(2)) }],
]);

const pool = createFitPool(2);
afterAll(() => pool.close());

const boosting: LearnerSpecification = { learner: "gradientBoosting", parameters: { trees: 6, fitOn: "log1p" } };
const forest: LearnerSpecification = { learner: "randomForest", parameters: { trees: 2, depth: 5 } };
const linear: LearnerSpecification = { learner: "linear", parameters: {} };
const isolation: LearnerSpecification = { learner: "isolationForest", parameters: { trees: 5 } };

test.each([
  { learner: boosting, definition: priced },
  { learner: forest, definition: priced },
  { learner: linear, definition: priced },
  { learner: isolation, definition: odd },
])("$learner.learner: rows in blocks, in memory or in a file, give the model of the whole frame to the bit", async (given) => {
  const { learner, definition } = given;
  const plan = toFeaturePlan(definition);
  const target = readTarget(definition, homesFrame);
  const fitOn = learner.parameters["fitOn"] === "log1p" ? "log1p" : "value";
  const whole = fitFeatures(plan, homesFrame, target, { seed: 3, fitOn });
  const model = fitModel(learner, { matrix: whole.trainingMatrix, target }, { seed: 3 });
  const raw = predictRaw(model, transformFeatures(whole.fitted, homesFrame));
  const reference = makeReference(whole.fitted, homesFrame, { kind: "number", values: new Float64Array(0) }).slice(0, -1);
  for (const [blockRows, memoryBytes] of [
    [ROWS, 1e9],
    [700, 0],
    [97, 10_000],
  ] as const) {
    const writer = new RowsWriter({ blockRows, memoryBytes });
    writer.append(homesFrame);
    const stored = writer.finish();
    const rows = new RowStream(stored);
    const training = { rows, target: await targetOf(definition, stored) };
    const fit = await fitOnRows(definition, learner, training, pool, () => {});
    expect(fit).toEqual({ fitted: whole.fitted, model, rowCount: ROWS, note: null });
    expect(await predictStream(model, whole.fitted, rows)).toEqual(raw);
    expect(await sketchRows(plan, rows)).toEqual(reference);
    stored.close();
  }
});

test("what needs numbers takes a sample of long tables, and says so", async () => {
  expect([mostRowsInMemory(12), mostRowsInMemory(5_000)]).toEqual([1_000_000, 100_000]);
  const writer = new RowsWriter();
  writer.append(homesFrame);
  const stored = writer.finish();
  const all = { rows: new RowStream(stored), target: await targetOf(priced, stored) };
  expect(rowsInMemory(all, 3)).toEqual(all);
  expect(sampleNote("fitted on", 10, 10)).toBeNull();
  expect(sampleNote("fitted on", 1_000_000, 8_000_000)).toBe(
    "fitted on 1,000,000 of 8,000,000 rows, evenly spread: the others would not fit into memory as numbers",
  );
});
