import { type Explainer, prepareExplainer } from "../explain/explain.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { prepareRow } from "../features/row-features.js";
import { prepareFeatures } from "../features/transform-features.js";
import type { Frame } from "../frame/frame.js";
import type { FittedModel } from "../model/model.js";
import { type RowReading, rowReader } from "../schema/rows-to-frame.js";
import { predictRaw, predictRow } from "../trees/predict.js";
import type { ModelBundle } from "./bundle.js";
import { explainRows, type RowExplanation } from "./explanation.js";
import { type Answer, answerOutputs, answersOf, type ModelOutputs } from "./outputs.js";

/** Up to so many rows are scored one by one: laying them out in blocks would cost more than it saves. */
const FEW_ROWS = 16;

/** A model that answers. Immutable, safe to share; every call is pure. */
export interface Scorer {
  readonly bundle: ModelBundle;
  /** Request rows as a frame, with what is wrong with them. */
  read(rows: unknown): RowReading;
  /** One answer per row. @throws LEARN_FRAME_COLUMN_MISSING, LEARN_FRAME_COLUMNS_DIFFER */
  answer(frame: Frame): Answer[];
  /**
   * The answer to one request row (a parsed JSON object), the same as `read` and `answer` give, in microseconds; null where
   * `read` has a problem to tell.
   */
  answerRow(row: unknown): Answer | null;
  /** The answers column by column, for many rows. */
  outputs(frame: Frame): ModelOutputs;
  /** One explanation per row. @throws LEARN_EXPLANATION_NOT_ADDITIVE */
  explain(frame: Frame): RowExplanation[];
}

/** Builds dictionaries and readers of a bundle once, so that a request pays for its rows only. */
export function createScorer(bundle: ModelBundle): Scorer {
  const { features, model } = bundle;
  const transform = prepareFeatures(features);
  const read = rowReader(features.inputs);
  const outputs = (frame: Frame) => answerOutputs(bundle, rawOutputs(model, transform(frame).matrix));
  let explainer: Explainer | null = null;
  return {
    bundle,
    read,
    outputs,
    answer: (frame) => answersOf(outputs(frame)),
    answerRow: rowAnswerer(bundle),
    explain: (frame) => {
      const { values, matrix } = transform(frame);
      explainer ??= prepareExplainer(model);
      const explained = explainRows(features, model, values, rawOutputs(model, matrix), explainer.explain(matrix));
      // Effects are of the learner's own output: on the scale of a calibrated answer they would not add up.
      return bundle.calibration === undefined ? explained : explained.map((row) => ({ ...row, onAnswerScale: null }));
    },
  };
}

function rowAnswerer(bundle: ModelBundle): Scorer["answerRow"] {
  const { features, model } = bundle;
  const transform = prepareRow(features);
  const values = new Float64Array(features.columnNames.length);
  const out = new Float64Array(model.trees.outputCount);
  return (row) => {
    if (!transform(row, values)) return null;
    predictRow(model, values, out);
    const raw = Array.from({ length: out.length }, (_, output) => out.subarray(output, output + 1));
    return answersOf(answerOutputs(bundle, raw))[0];
  };
}

/** As `predictRaw`, bit for bit, but quick for a single row too. */
export function rawOutputs(model: FittedModel, matrix: FeatureMatrix): Float64Array[] {
  if (matrix.rowCount > FEW_ROWS) return predictRaw(model, matrix);
  const { columns, rowCount } = matrix;
  const outputs = Array.from({ length: model.trees.outputCount }, () => new Float64Array(rowCount));
  const values = new Float64Array(columns.length);
  const out = new Float64Array(outputs.length);
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < columns.length; column++) values[column] = columns[column][row];
    predictRow(model, values, out);
    for (let output = 0; output < out.length; output++) outputs[output][row] = out[output];
  }
  return outputs;
}
