import type { FittedModel } from "../model/model.js";

/** How much a model uses each matrix column. */
export interface FeatureImportance {
  /** Loss reduction of all splits on the column; 0 throughout for isolation forests, whose splits minimise nothing. */
  readonly gainByColumn: Float64Array;
  /** Number of splits on the column. */
  readonly splitsByColumn: Float64Array;
}

/** Importance of matrix columns by what training gained and by how often it split. Biased towards columns of many values. */
export function featureImportance({ trees }: FittedModel): FeatureImportance {
  const gainByColumn = new Float64Array(trees.featureCount);
  const splitsByColumn = new Float64Array(trees.featureCount);
  for (let node = 0; node < trees.featureByNode.length; node++) {
    const feature = trees.featureByNode[node];
    if (feature < 0) continue;
    gainByColumn[feature] += trees.gainByNode[node];
    splitsByColumn[feature]++;
  }
  return { gainByColumn, splitsByColumn };
}
