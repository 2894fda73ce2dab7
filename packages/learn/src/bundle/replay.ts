import { errors } from "../errors.js";
import type { FeatureMatrix, FittedFeatures } from "../features/feature-plan.js";
import { transformFeatures } from "../features/transform-features.js";
import { rowAsJson } from "../frame/cell.js";
import type { Frame } from "../frame/frame.js";
import { selectColumns, selectRows } from "../frame/select.js";
import type { FittedModel } from "../model/model.js";
import { rowsToFrame } from "../schema/rows-to-frame.js";
import { predictRaw } from "../trees/predict.js";
import type { ModelBundle, Replay } from "./bundle.js";

const REPLAY_ROWS = 100;

/**
 * Request rows out of training rows, evenly spread, with the features and outputs that the model gives for them. They are
 * computed from the rows as a request carries them (JSON), not from the training frame: that is the promise to check.
 *
 * @throws LEARN_REPLAY_ROW_REFUSED when a training row does not satisfy the inputs' declarations
 */
export function makeReplay(features: FittedFeatures, model: FittedModel, frame: Frame, rowCount = REPLAY_ROWS): Replay {
  const { inputs } = features;
  const count = Math.min(rowCount, frame.rowCount);
  const positions = Uint32Array.from({ length: count }, (_, position) => Math.floor((position * frame.rowCount) / count));
  const present = inputs.map(({ name }) => name).filter((name) => frame.columns.has(name));
  const chosen = selectRows(selectColumns(frame, present), positions);
  const rows = Array.from(positions, (_, position) => rowAsJson(chosen, position));
  const { frame: requests, problems } = rowsToFrame(inputs, rows);
  const [problem] = problems;
  if (problem !== undefined) {
    const { row, field, expected, received } = problem;
    throw errors.REPLAY_ROW_REFUSED({ row: positions[row ?? 0], field: field ?? "", expected, received });
  }
  const matrix = transformFeatures(features, requests);
  const raw = predictRaw(model, matrix);
  return {
    rows,
    features: rows.map((_, row) => featuresOfRow(matrix, row)),
    outputs: rows.map((_, row) => raw.map((values) => values[row])),
  };
}

/** Whether a model still answers as it did when it was made. */
export type ReplayVerdict = { readonly ok: true; readonly rows: number } | { readonly ok: false; readonly because: string };

/** Recomputes features and outputs of the replay rows; each must be equal bit for bit. Serving asks this before it trusts a bundle. */
export function checkReplay({ features, model, replay }: ModelBundle): ReplayVerdict {
  const { frame, problems } = rowsToFrame(features.inputs, replay.rows);
  const [problem] = problems;
  if (problem !== undefined) {
    const because = `replay row ${problem.row}: ${problem.field} should be ${problem.expected}, but is ${problem.received}`;
    return { ok: false, because };
  }
  const matrix = transformFeatures(features, frame);
  const raw = predictRaw(model, matrix);
  for (let row = 0; row < replay.rows.length; row++) {
    const got = featuresOfRow(matrix, row);
    const column = got.findIndex((value, position) => value !== replay.features[row][position]);
    if (column >= 0) return differs(row, `feature ${matrix.names[column]}`, replay.features[row][column], got[column]);
    const output = raw.findIndex((values, position) => values[row] !== replay.outputs[row][position]);
    if (output >= 0) return differs(row, `output ${output}`, replay.outputs[row][output], raw[output][row]);
  }
  return { ok: true, rows: replay.rows.length };
}

function featuresOfRow(matrix: FeatureMatrix, row: number): (number | null)[] {
  return matrix.columns.map((values) => (Number.isNaN(values[row]) ? null : values[row]));
}

function differs(row: number, what: string, expected: number | null, got: number | null): ReplayVerdict {
  return { ok: false, because: `replay row ${row}: ${what} was ${expected ?? "missing"}, and is ${got ?? "missing"} now` };
}
