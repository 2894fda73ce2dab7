import { expect, test } from "vitest";
import {
  atLeast,
  column,
  dataset,
  describeDefinition,
  files,
  linear,
  type Pipeline,
  type Promoted,
  pipeline,
  type RunsOnOptions,
  type Shape,
  setting,
  shuffled,
} from "./index.js";

const homes = dataset("homes", { price: column.number(), size: column.number() });

const promoted = pipeline("homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0 })
  .features(homes.features({ target: "price" }))
  .split(shuffled({ test: 0.2, seed: 1 }))
  .train({}, linear({ l2: 0.1 }))
  .evaluate({ metrics: ["r2"] })
  .gate(atLeast("r2", 0.5))
  .promote("production");

test("a pipeline says where its steps run, and a step what it asks for besides", () => {
  const { definition } = promoted
    .runsOn("kubernetes", {
      memory: "4Gi",
      deadline: "2h",
      steps: { train: { memory: "16Gi", nodeSelector: { pool: "large" } }, promote: { executor: "inline" } },
    })
    .retrain();
  expect(definition.runsOn).toEqual({
    executor: "kubernetes",
    placement: { memory: "4Gi", deadlineSeconds: 7_200 },
    steps: { train: { memory: "16Gi", nodeSelector: { pool: "large" } }, promote: { executor: "inline" } },
  });
});

test("where steps run is no part of a pipeline's identity", () => {
  const before: Pipeline = promoted as Promoted<Shape>;
  const after: Pipeline = promoted.runsOn("kubernetes", { memory: "4Gi" }) as Promoted<Shape>;
  expect(describeDefinition(after.definition)).toBe(describeDefinition(before.definition));
});

test.each<[string, RunsOnOptions]>([
  ["DEFINE_BAD_QUANTITY", { memory: "four" }],
  ["DEFINE_BAD_QUANTITY", { cpu: "0" }],
  ["DEFINE_BAD_DURATION", { deadline: "soon" }],
  ["DEFINE_UNKNOWN_STEP", { steps: JSON.parse('{"trian": {"memory": "1Gi"}}') }],
])("%s", (code, options) => {
  expect(() => promoted.runsOn("kubernetes", options)).toThrow(expect.objectContaining({ code }));
});
