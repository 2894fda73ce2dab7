import type { FeatureMatrix } from "../features/feature-plan.js";
import type { Engine } from "../kernels/load-kernels.js";
import { type BinnedFeature, type BinnedTable, binTable, columnsToTable } from "./binned-table.js";

/** Bins of a table's columns in memory that threads share. */
export interface BinnedColumns {
  /** [feature][row], the rows of training first, then those of validation. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly features: readonly BinnedFeature[];
}

/**
 * Bins some of a matrix' columns as `binTable` would, so that threads can share the work.
 *
 * @param into  where their bins are written, [feature of the whole matrix][row]
 * @param chosen  numbers of the features, ascending
 * @throws LEARN_FEATURE_NOT_FINITE, LEARN_TRAINING_MEMORY
 */
export function binSomeColumns(
  engine: Engine,
  matrix: FeatureMatrix,
  bins: number,
  validation: FeatureMatrix | undefined,
  chosen: readonly number[],
  into: Uint8Array,
): readonly BinnedFeature[] {
  const some = (whole: FeatureMatrix): FeatureMatrix => ({
    rowCount: whole.rowCount,
    columns: chosen.map((feature) => whole.columns[feature]),
    names: chosen.map((feature) => whole.names[feature] ?? String(feature)),
    ...(whole.categoryCounts === undefined
      ? {}
      : { categoryCounts: chosen.map((feature) => whole.categoryCounts?.[feature] ?? null) }),
  });
  const { arena, columns, rowCount, features } = binTable(
    engine,
    some(matrix),
    bins,
    validation === undefined ? undefined : some(validation),
    "columns",
  );
  for (const [place, feature] of chosen.entries()) {
    into.set(arena.bytes(columns + place * rowCount, rowCount), feature * rowCount);
  }
  return features;
}

/** The table of columns that were binned before. */
export function tableOfColumns(engine: Engine, matrix: FeatureMatrix, { bytes, features }: BinnedColumns): BinnedTable {
  return columnsToTable(engine, matrix, bytes, features);
}
