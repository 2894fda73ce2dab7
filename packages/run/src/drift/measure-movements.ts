import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import {
  answerOutputs,
  type FrameColumn,
  type ModelBundle,
  PREDICTION,
  predictionColumn,
  type ReferenceSketch,
} from "@atalaya/learn";
import { GatheredColumn } from "../rows/gathered-column.js";
import type { RowStream } from "../rows/row-stream.js";
import { eachDerived } from "../training/sketch-rows.js";
import { predictStream } from "../training/stream-features.js";
import { compareColumn, type Movement } from "./compare-column.js";

/** Numbers that are gathered at a time, to be sorted: 8 bytes each, twice. */
const GATHERED_CELLS = 12_000_000;

/**
 * Movements of the watched features, or of all and the prediction. A moment in time always moves on: it is watched only by name.
 * Of many rows a few columns are gathered at a time, for each of which the rows are read once.
 */
export async function measureMovements(
  definition: PipelineDefinition,
  bundle: ModelBundle,
  rows: RowStream,
  on: readonly string[],
): Promise<Movement[]> {
  const watched = bundle.reference.filter(isWatched(definition, on));
  const columns = watched.filter(({ name }) => name !== PREDICTION);
  const atOnce = Math.max(1, Math.floor(GATHERED_CELLS / Math.max(1, rows.rowCount)));
  const movementByName = new Map<string, Movement>();
  for (let first = 0; first < columns.length; first += atOnce) {
    const group = columns.slice(first, first + atOnce);
    const gathered = await gatherDerived(bundle, rows, new Set(group.map(({ name }) => name)));
    for (const reference of group) {
      const column = gathered.get(reference.name);
      if (column !== undefined) movementByName.set(reference.name, compareColumn(reference, column));
    }
  }
  const prediction = watched.find(({ name }) => name === PREDICTION);
  if (prediction !== undefined) movementByName.set(PREDICTION, compareColumn(prediction, await answersOf(bundle, rows)));
  return watched.flatMap(({ name }) => movementByName.get(name) ?? []);
}

function isWatched(definition: PipelineDefinition, on: readonly string[]): (reference: ReferenceSketch) => boolean {
  const times = new Set(definition.dataset.columns.filter(({ type }) => type === "time").map(({ name }) => name));
  const features = toFeaturePlan(definition).features.map(({ name }) => name);
  const watched = new Set(on.length === 0 ? [...features.filter((name) => !times.has(name)), PREDICTION] : on);
  return ({ name }) => watched.has(name);
}

/** Some inputs and derived values of all rows. */
async function gatherDerived(
  { features }: ModelBundle,
  rows: RowStream,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, FrameColumn>> {
  const gathered = new Map<string, GatheredColumn>();
  await eachDerived(features, rows, names, (columns, firstRow) => {
    for (const name of names) {
      const column = columns.get(name);
      if (column === undefined) continue;
      const own = gathered.get(name) ?? new GatheredColumn(column.kind, rows.rowCount);
      gathered.set(name, own);
      own.add(column, firstRow);
    }
  });
  return new Map(Array.from(gathered, ([name, own]) => [name, own.build()]));
}

async function answersOf(bundle: ModelBundle, rows: RowStream): Promise<FrameColumn> {
  return predictionColumn(answerOutputs(bundle, await predictStream(bundle.model, bundle.features, rows)));
}
