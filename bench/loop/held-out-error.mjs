import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadProject } from "../../packages/cli/dist/project/load-project.js";
import { locateProject } from "../../packages/cli/dist/project/locate-project.js";
import { isPipeline } from "../../packages/define/dist/index.js";
import { readBatch } from "../../packages/ingest/dist/index.js";
import {
  answerOutputs,
  concatenateFrames,
  decodeBundle,
  predictRaw,
  rowAsObject,
  selectRows,
  transformFeatures,
} from "../../packages/learn/dist/index.js";
import { openRegistry } from "../../packages/registry/dist/index.js";
import { openStore } from "../../packages/store/dist/index.js";

/**
 * Errors of the version that a house-price job put live, on the held-out rows, and how many rows it kept. Not timed.
 *
 * @param {string} home
 * @param {string} batches
 * @param {string} project
 */
export async function heldOutError(home, batches, project) {
  const store = await openStore({ home, databaseUrl: null, s3: null });
  try {
    const { bytes } = await openRegistry(store).loadBundle("house-job", { alias: "production" });
    const bundle = decodeBundle(bytes);
    const frame = await distinctRows(batches, project);
    const part = frame.columns.get("part");
    if (part?.kind !== "category") throw new Error("no parts");
    const test = Uint32Array.from(
      Array.from({ length: frame.rowCount }, (_, row) => row).filter((row) => part.levels[part.codes[row] ?? -1] === "test"),
    );
    const held = selectRows(frame, test);
    const price = held.columns.get("price");
    const outputs = answerOutputs(bundle, predictRaw(bundle.model, transformFeatures(bundle.features, held)));
    if (price?.kind !== "number" || outputs.task !== "regression") throw new Error("no prices");
    let [log, square, absolute] = [0, 0, 0];
    for (let row = 0; row < held.rowCount; row++) {
      const [truth, answer] = [price.values[row] ?? Number.NaN, outputs.values[row] ?? Number.NaN];
      log += (Math.log1p(answer) - Math.log1p(truth)) ** 2;
      square += (answer - truth) ** 2;
      absolute += Math.abs(answer - truth);
    }
    const rows = held.rowCount;
    return {
      rmse_log: Math.sqrt(log / rows),
      rmse: Math.sqrt(square / rows),
      mae: absolute / rows,
      rows: frame.rowCount,
      held_out: rows,
    };
  } finally {
    await store.close();
  }
}

/**
 * @param {string} batches
 * @param {string} project
 */
async function distinctRows(batches, project) {
  const { pipelines } = await loadProject(locateProject(project, null));
  const houseJob = pipelines.get("house-job");
  if (!isPipeline(houseJob)) throw new Error("the project has no pipeline house-job");
  const { columns } = houseJob.definition.dataset;
  const frames = [];
  for (const name of readdirSync(batches).sort()) {
    frames.push((await readBatch({ name, path: join(batches, name) }, columns)).accepted);
  }
  const frame = concatenateFrames(frames);
  const known = new Set();
  const rows = [];
  for (let row = 0; row < frame.rowCount; row++) {
    const text = JSON.stringify(rowAsObject(frame, row));
    if (!known.has(text)) rows.push(row);
    known.add(text);
  }
  return selectRows(frame, Uint32Array.from(rows));
}
