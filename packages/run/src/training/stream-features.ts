import {
  FeatureFitter,
  type FeatureMatrix,
  type FeaturePlan,
  type FitFeaturesOptions,
  type FittedFeatures,
  type FittedModel,
  predictRaw,
  prepareFeatures,
  type SlowMatrixStream,
  type Target,
  type TrainedFeatures,
} from "@atalaya/learn";
import type { RowStream } from "../rows/row-stream.js";

/** Names of the columns that features read. */
export function inputNames({ inputs }: Pick<FeaturePlan, "inputs">): string[] {
  return inputs.map(({ name }) => name);
}

/** `fitFeatures` of rows that are read block by block: the same encoders. */
export async function fitStreamFeatures(
  plan: FeaturePlan,
  rows: RowStream,
  target: Target | null,
  options: FitFeaturesOptions,
): Promise<TrainedFeatures> {
  const fitter = new FeatureFitter(plan, target, rows.rowCount, options);
  if (fitter.readsRows) for await (const { frame } of rows.blocks(inputNames(plan))) fitter.add(frame);
  return fitter.finish();
}

/** The matrix of the rows that the features were fitted on, block by block, for `fitStream`. */
export function trainingStream({ fitted, categoryCounts, matrixOf }: TrainedFeatures, rows: RowStream): SlowMatrixStream {
  return {
    rowCount: rows.rowCount,
    names: fitted.columnNames,
    ...(categoryCounts === undefined ? {} : { categoryCounts }),
    async *chunks() {
      for await (const { frame, firstRow } of rows.blocks(inputNames(fitted))) yield matrixOf(frame, firstRow);
    },
  };
}

/** The same matrix in memory: 8 bytes for each of its numbers. */
export async function trainingMatrix(trained: TrainedFeatures, rows: RowStream): Promise<FeatureMatrix> {
  const { names, categoryCounts, rowCount, chunks } = trainingStream(trained, rows);
  const columns = names.map(() => new Float64Array(rowCount));
  await fill(columns, chunks());
  return { rowCount, columns, names, ...(categoryCounts === undefined ? {} : { categoryCounts }) };
}

/** The matrix of any rows, in memory. */
export async function matrixOfRows(features: FittedFeatures, rows: RowStream): Promise<FeatureMatrix> {
  const { rowCount } = rows;
  const columns = features.columnNames.map(() => new Float64Array(rowCount));
  await fill(columns, matrices(features, rows));
  return { rowCount, columns, names: features.columnNames };
}

/** Matrices of the rows, block by block. */
export async function* matrices(features: FittedFeatures, rows: RowStream): AsyncGenerator<FeatureMatrix> {
  const prepared = prepareFeatures(features);
  for await (const { frame } of rows.blocks(inputNames(features))) yield prepared(frame).matrix;
}

async function fill(
  columns: readonly Float64Array[],
  chunks: AsyncIterable<FeatureMatrix> | Iterable<FeatureMatrix>,
): Promise<void> {
  let firstRow = 0;
  for await (const chunk of chunks) {
    for (const [column, values] of chunk.columns.entries()) columns[column]!.set(values, firstRow);
    firstRow += chunk.rowCount;
  }
}

/** `predictRaw` of rows that are read block by block: 8 bytes a row and output. */
export async function predictStream(model: FittedModel, features: FittedFeatures, rows: RowStream): Promise<Float64Array[]> {
  const empty: FeatureMatrix = {
    rowCount: 0,
    columns: features.columnNames.map(() => new Float64Array(0)),
    names: features.columnNames,
  };
  const outputs = predictRaw(model, empty).map(() => new Float64Array(rows.rowCount));
  let firstRow = 0;
  for await (const matrix of matrices(features, rows)) {
    for (const [output, values] of predictRaw(model, matrix).entries()) outputs[output]!.set(values, firstRow);
    firstRow += matrix.rowCount;
  }
  return outputs;
}
