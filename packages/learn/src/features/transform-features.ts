import { MILLISECONDS_PER_DAY } from "../expression/time-parts.js";
import { asLevels } from "../frame/as-levels.js";
import type { CategoryColumn, Frame, FrameColumn } from "../frame/frame.js";
import { columnOf } from "../frame/select.js";
import { deriveColumns } from "./derive-columns.js";
import type { FeatureMatrix, FittedEncoder, FittedFeatures } from "./feature-plan.js";

/** Matrix columns of one feature. */
type Encode = (column: FrameColumn) => readonly Float64Array[];

/**
 * Turns rows into the matrix of a model, exactly as at training: input columns → derived values → encoders.
 * Cost: O(rows · features + levels).
 *
 * @throws LEARN_FRAME_COLUMN_MISSING, LEARN_FRAME_COLUMNS_DIFFER
 */
export function transformFeatures(fitted: FittedFeatures, frame: Frame): FeatureMatrix {
  return matrixOf(
    fitted,
    deriveColumns(fitted, frame),
    fitted.features.map(({ encoder }) => encoderOf(encoder)),
  );
}

/** What `prepareFeatures` gives for a frame. */
export interface PreparedRows {
  /** Inputs and derived values. */
  readonly values: Frame;
  readonly matrix: FeatureMatrix;
}

/** As `transformFeatures`, with level dictionaries built once: for a service that scores many requests. */
export function prepareFeatures(fitted: FittedFeatures): (frame: Frame) => PreparedRows {
  const encoders = fitted.features.map(({ encoder }) => encoderOf(encoder));
  return (frame) => {
    const values = deriveColumns(fitted, frame);
    return { values, matrix: matrixOf(fitted, values, encoders) };
  };
}

function matrixOf(fitted: FittedFeatures, values: Frame, encoders: readonly Encode[]): FeatureMatrix {
  const columns: Float64Array[] = [];
  fitted.features.forEach(({ name }, position) => {
    for (const column of encoders[position](columnOf(values, name))) columns.push(column);
  });
  return { rowCount: values.rowCount, columns, names: fitted.columnNames };
}

function encoderOf(encoder: FittedEncoder): Encode {
  switch (encoder.kind) {
    case "number":
      return (column) => [numbersOf(column)];
    case "levels": {
      const codes = encoder.levels.map((_, code) => code);
      return levelEncoder(encoder.levels, [codes], [Number.NaN], [Number.NaN]);
    }
    case "targetMean":
      return levelEncoder(encoder.levels, encoder.values, encoder.missing, encoder.fallback);
    case "frequency":
      return levelEncoder(encoder.levels, [encoder.values], [Number.NaN], [encoder.fallback]);
  }
}

function numbersOf(column: FrameColumn): Float64Array {
  if (column.kind === "category") throw new TypeError("a category reached the number encoder, which checkFeaturePlan rules out");
  return column.kind === "time" ? column.values.map((time) => time / MILLISECONDS_PER_DAY) : column.values;
}

/** `valueByLevel`, `missing` and `unseen` have one entry per matrix column of the feature. */
function levelEncoder(
  levels: readonly string[],
  valueByLevel: readonly (readonly number[])[],
  missing: readonly number[],
  unseen: readonly number[],
): Encode {
  const positionByLevel = new Map(levels.map((level, position) => [level, position]));
  return (column) => {
    const own = asLevels(column);
    const positionByCode = Int32Array.from(own.levels, (level) => positionByLevel.get(level) ?? -1);
    return valueByLevel.map((values, output) => lookUp(own, positionByCode, values, missing[output], unseen[output]));
  };
}

function lookUp(
  column: CategoryColumn,
  positionByCode: Int32Array,
  values: readonly number[],
  missing: number,
  unseen: number,
): Float64Array {
  const encoded = new Float64Array(column.codes.length);
  for (let row = 0; row < encoded.length; row++) {
    const code = column.codes[row];
    if (code < 0) encoded[row] = missing;
    else encoded[row] = positionByCode[code] < 0 ? unseen : values[positionByCode[code]];
  }
  return encoded;
}
