import { column, dataset, files, isolationForest, isPipeline, pipeline, setting, shuffled, toFeaturePlan } from "@atalaya/define";
import { buildBundle, createRandom, type Frame, type FrameColumn, fitFeatures, fitModel } from "@atalaya/learn";
import { expect, test } from "vitest";
import { RowStream } from "../rows/row-stream.js";
import { MemoryRows } from "../rows/stored-rows.js";
import { injectedAuroc } from "./injected-anomalies.js";

const names = ["a", "b", "c", "d"] as const;
const rows = dataset("rows", { a: column.number(), b: column.number(), c: column.number(), d: column.number() });
const made: unknown = pipeline("rows")
  .ingest(rows, files(setting.url("ROWS")))
  .features(rows.features({}))
  .split(shuffled({ test: 0.2 }))
  .train({}, isolationForest())
  .evaluate({ metrics: ["injectedAuroc"] })
  .gate()
  .promote("production");

const streamOf = (frame: Frame): RowStream => new RowStream(new MemoryRows([frame], Math.max(1, frame.rowCount)));

test("a forest finds what was made strange, the same at every time; without rows nothing is measured", async () => {
  if (!isPipeline(made)) throw new Error("not a pipeline");
  const random = createRandom(3);
  const frame: Frame = {
    rowCount: 1_000,
    columns: new Map(
      names.map((name): [string, FrameColumn] => [
        name,
        { kind: "number", values: Float64Array.from({ length: 1_000 }, () => random.next() + random.next() + random.next()) },
      ]),
    ),
  };
  const { fitted, trainingMatrix } = fitFeatures(toFeaturePlan(made.definition), frame, null, { seed: 1, fitOn: "value" });
  const auroc = (rowsPerTree: number) => {
    const data = { matrix: trainingMatrix, target: null };
    const model = fitModel({ learner: "isolationForest", parameters: { trees: 100, rowsPerTree } }, data, { seed: 1 });
    const bundle = buildBundle({ pipeline: "rows", target: null, features: fitted, model, trainingRows: frame });
    return injectedAuroc(bundle, streamOf(frame));
  };
  const found = await auroc(256);
  expect("value" in found && found.value > 0.75).toBe(true);
  expect(await auroc(256)).toEqual(found);
  const empty: Frame = {
    rowCount: 0,
    columns: new Map(names.map((name): [string, FrameColumn] => [name, { kind: "number", values: new Float64Array() }])),
  };
  const data = { matrix: trainingMatrix, target: null };
  const model = fitModel({ learner: "isolationForest", parameters: {} }, data, { seed: 1 });
  const bundle = buildBundle({ pipeline: "rows", target: null, features: fitted, model, trainingRows: frame });
  expect(await injectedAuroc(bundle, streamOf(empty))).toHaveProperty("notMeasured");
});
