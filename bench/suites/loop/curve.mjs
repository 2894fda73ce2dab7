import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadProject } from "../../../packages/cli/dist/project/load-project.js";
import { locateProject } from "../../../packages/cli/dist/project/locate-project.js";
import { isPipeline, toFeaturePlan } from "../../../packages/define/dist/index.js";
import { readBatch } from "../../../packages/ingest/dist/index.js";
import {
  assignParts,
  fitFeatures,
  fitModel,
  measure as measureMetrics,
  outputsOf,
  predictRaw,
  selectRows,
  transformFeatures,
} from "../../../packages/learn/dist/index.js";

const BATCH = 15_000;
const learner = /** @type {const} */ ({
  learner: "gradientBoosting",
  parameters: { trees: 150, learningRate: 0.05, leaves: 31, minLeafRows: 60, l2: 5, columnShare: 0.3, rowShare: 0.8 },
});

/**
 * Readmission after batch 1, 2 … of 15,000 encounters: AUROC of three classes on the same test patients, one minus it, so that
 * smaller is better as in every row. Fails when more batches do not help.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, say, skip }) {
  const file = join(repository, "../shared/data/diabetes-130/diabetic_data.csv.gz");
  if (!existsSync(file)) return skip("learning curve of readmission", "the data are not here");
  const { pipelines } = await loadProject(locateProject(join(repository, "applications/readmission"), null));
  const readmission = pipelines.get("readmission");
  if (!isPipeline(readmission)) throw new Error("the project has no pipeline readmission");
  const { definition } = readmission;
  const { accepted: frame } = await readBatch({ name: "diabetic_data.csv.gz", path: file }, definition.dataset.columns);
  const parts = assignParts(definition.split, frame);
  const plan = toFeaturePlan(definition);
  const classes = definition.dataset.columns.find(({ name }) => name === "readmitted")?.levels ?? [];
  const target = frame.columns.get("readmitted");
  if (target?.kind !== "category") throw new Error("no target");
  const codeOf = target.levels.map((level) => classes.indexOf(level));
  const pick = (/** @type {(row: number) => boolean} */ wanted) => {
    const rows = Uint32Array.from(Array.from(parts.keys()).filter(wanted));
    const codes = Int32Array.from(rows, (row) => codeOf[target.codes[row] ?? -1] ?? -1);
    return { frame: selectRows(frame, rows), target: /** @type {const} */ ({ kind: "class", codes, classes }) };
  };
  const test = pick((row) => parts[row] === 2);
  let before = 1;
  for (let batch = 1; (batch - 1) * BATCH < frame.rowCount; batch++) {
    say(`readmission after batch ${batch} …`);
    const training = pick((row) => parts[row] !== 2 && row < batch * BATCH);
    const { fitted, trainingMatrix } = fitFeatures(plan, training.frame, training.target, { seed: 1, fitOn: "value" });
    const model = fitModel(learner, { matrix: trainingMatrix, target: training.target }, { seed: 1 });
    const outputs = outputsOf(model, predictRaw(model, transformFeatures(fitted, test.frame)));
    if (outputs.task !== "classification") throw new Error("no classes");
    const evidence = { ...outputs, truth: test.target.codes };
    const { auroc } = measureMetrics(["auroc"], evidence);
    if (auroc === undefined || !("value" in auroc)) throw new Error("no AUROC");
    yield {
      name: `1 - AUROC of readmission after batch ${batch} (${training.frame.rowCount} rows)`,
      ours: 1 - auroc.value,
      unit: "share",
    };
    if (1 - auroc.value > before + 0.005) throw new Error("more batches made it worse");
    before = 1 - auroc.value;
  }
}
