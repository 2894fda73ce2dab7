import {
  type Explainer,
  type ExplainRow,
  type Explanation,
  prepareExplainer,
  prepareRowExplanations,
} from "../explain/explain.js";
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
  /** Answers and explanations of the same rows, at the cost of the explanations. @throws as `answer` and `explain` */
  answerExplained(frame: Frame): ExplainedAnswers;
  /**
   * Makes explanations of few rows quick (see `prepareRowExplanations`), and a row's explanation from now on the same to
   * the bit alone and among others. Each step takes about a millisecond; who explains before the last one takes the rest at
   * once.
   */
  prepareExplanations(): Iterator<void, void>;
}

/** Row by row. */
export interface ExplainedAnswers {
  readonly answers: readonly Answer[];
  readonly explanations: readonly RowExplanation[];
}

/** Builds dictionaries and readers of a bundle once, so that a request pays for its rows only. */
export function createScorer(bundle: ModelBundle): Scorer {
  const { features, model } = bundle;
  const transform = prepareFeatures(features);
  const read = rowReader(features.inputs);
  const outputs = (frame: Frame) => answerOutputs(bundle, rawOutputs(model, transform(frame).matrix));
  const explainer = new BundleExplainer(model);
  const answerExplained = (frame: Frame): ExplainedAnswers => {
    const { values, matrix } = transform(frame);
    const raw = rawOutputs(model, matrix);
    const explained = explainRows(features, model, values, raw, explainer.explain(matrix));
    // Effects are of the learner's own output: on the scale of a calibrated answer they would not add up.
    const explanations = bundle.calibration === undefined ? explained : explained.map((row) => ({ ...row, onAnswerScale: null }));
    return { answers: answersOf(answerOutputs(bundle, raw)), explanations };
  };
  return {
    bundle,
    read,
    outputs,
    answer: (frame) => answersOf(outputs(frame)),
    answerRow: rowAnswerer(bundle),
    explain: (frame) => [...answerExplained(frame).explanations],
    answerExplained,
    prepareExplanations: () => explainer.prepare(),
  };
}

/** Up to so many rows are explained one by one: tables for the kernels take as long to make as those some hundred rows. */
const FEW_EXPLAINED_ROWS = 256;

/** The explainers of a model, each made when it is first needed. */
class BundleExplainer {
  private readonly model: FittedModel;
  private many: Explainer | null = null;
  private preparing: Generator<void, ExplainRow> | null = null;
  private explainRow: ExplainRow | null = null;

  constructor(model: FittedModel) {
    this.model = model;
  }

  explain(matrix: FeatureMatrix): Explanation {
    const { preparing } = this;
    if (preparing !== null && matrix.rowCount > 0 && matrix.rowCount <= FEW_EXPLAINED_ROWS) {
      for (const _ of this.steps(preparing));
      if (this.explainRow !== null) return explainOneByOne(this.explainRow, matrix);
    }
    this.many ??= prepareExplainer(this.model);
    return this.many.explain(matrix, preparing === null ? matrix.rowCount : Number.POSITIVE_INFINITY);
  }

  prepare(): Generator<void, void> {
    this.preparing ??= prepareRowExplanations(this.model);
    return this.steps(this.preparing);
  }

  private *steps(preparing: Generator<void, ExplainRow>): Generator<void, void> {
    while (this.explainRow === null) {
      const step = preparing.next();
      if (step.done === true) this.explainRow = step.value;
      else yield;
    }
  }
}

function explainOneByOne(explainRow: ExplainRow, { rowCount, columns }: FeatureMatrix): Explanation {
  const values = new Float64Array(columns.length);
  const rows = Array.from({ length: rowCount }, (_, row) => {
    for (let column = 0; column < columns.length; column++) values[column] = columns[column][row];
    return explainRow(values);
  });
  const [first] = rows;
  if (rows.length === 1) return first;
  const width = first.outputCount * first.columnCount;
  const effects = new Float64Array(rowCount * width);
  for (const [row, own] of rows.entries()) effects.set(own.effects, row * width);
  return { ...first, effects, rowCount };
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
