import { expect, test } from "vitest";
import { atLeast, column, dataset, files, gradientBoosting, pipeline, setting, shuffled } from "./index.js";

const homes = dataset("homes", { price: column.number(), bed: column.integer(), street: column.text() });
const features = homes.features({ target: "price", keys: ["street"], derive: () => ({}) });
const promoted = pipeline("homes")
  .ingest(homes, files(setting.url("HOMES")))
  .features(features)
  .split(shuffled({ test: 0.2, seed: 1 }))
  .train({ optimise: "rmse" }, gradientBoosting({}))
  .evaluate({ metrics: ["rmse"] })
  .gate(atLeast("r2", 0))
  .promote("production");

test("serving is said in the chain, also before triggers, and is absent unless it is said", () => {
  expect(promoted.definition.serve).toBeUndefined();
  const served = promoted.serve({ predict: { price: "value" }, hash: ["bed"], keep: "36h", backToRaw: true }).retrain();
  expect(served.definition.serve).toEqual({
    predict: { price: "value" },
    explain: {},
    hashed: ["bed"],
    keepDays: 1.5,
    backToRaw: true,
  });
});

test("a field of ours cannot be taken by another part", () => {
  expect(() => promoted.serve({ predict: { prediction: "value" } })).toThrow(
    expect.objectContaining({ code: "DEFINE_BAD_FIELD" }),
  );
  expect(() => promoted.serve({ keep: "long" })).toThrow(expect.objectContaining({ code: "DEFINE_BAD_DURATION" }));
});
