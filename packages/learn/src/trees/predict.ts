import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FittedModel, TreeEnsemble } from "../model/model.js";

/** Rows that are laid out row by row at a time: small enough to stay in the cache while all trees pass over them. */
const BLOCK_ROWS = 256;

/**
 * Raw outputs of a model: `[output][row]`, in the model's `space`.
 *
 * Cost: O(rows · trees · depth); scratch for 256 rows. Pure.
 *
 * @throws LEARN_FEATURE_COUNT_MISMATCH
 */
export function predictRaw(model: FittedModel, matrix: FeatureMatrix): Float64Array[] {
  return predictEnsemble(model.trees, matrix);
}

/** As `predictRaw`, for an ensemble alone. */
export function predictEnsemble(trees: TreeEnsemble, matrix: FeatureMatrix): Float64Array[] {
  const { featureCount, baseByOutput } = trees;
  checkFeatureCount(trees, matrix.columns.length);
  const outputs = Array.from(baseByOutput, (base) => new Float64Array(matrix.rowCount).fill(base));
  const block = new Float64Array(BLOCK_ROWS * featureCount);
  for (let begin = 0; begin < matrix.rowCount; begin += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, matrix.rowCount - begin);
    for (let feature = 0; feature < featureCount; feature++) {
      const column = matrix.columns[feature];
      for (let row = 0; row < count; row++) block[row * featureCount + feature] = column[begin + row];
    }
    for (let tree = 0; tree < trees.rootByTree.length; tree++) addTree(trees, tree, block, count, outputs, begin);
  }
  return outputs;
}

/**
 * Raw outputs of one row, written to `out`. The path of one request: nothing is allocated.
 *
 * @param row  one number per feature, NaN = missing
 * @param out  one number per output
 * @throws LEARN_FEATURE_COUNT_MISMATCH
 */
export function predictRow(model: FittedModel, row: Float64Array, out: Float64Array): void {
  const { trees } = model;
  const { outputCount, rootByTree, outputByTree, valueByNode, baseByOutput } = trees;
  checkFeatureCount(trees, row.length);
  for (let output = 0; output < outputCount; output++) out[output] = baseByOutput[output];
  const valuesPerNode = valuesOfNode(trees);
  for (let tree = 0; tree < rootByTree.length; tree++) {
    const leaf = findLeaf(trees, rootByTree[tree], row, 0);
    const only = outputByTree[tree];
    if (only >= 0) out[only] += valueByNode[leaf * valuesPerNode];
    else for (let output = 0; output < outputCount; output++) out[output] += valueByNode[leaf * valuesPerNode + output];
  }
}

/** Numbers that `valueByNode` holds for each node: 1, or one per output. */
export function valuesOfNode(trees: TreeEnsemble): number {
  return trees.featureByNode.length === 0 ? 1 : trees.valueByNode.length / trees.featureByNode.length;
}

export function checkFeatureCount(trees: TreeEnsemble, got: number): void {
  if (got !== trees.featureCount) throw errors.FEATURE_COUNT_MISMATCH({ expected: trees.featureCount, got });
}

function findLeaf(trees: TreeEnsemble, root: number, values: Float64Array, start: number): number {
  const { featureByNode, thresholdByNode, leftByNode, rightByNode, missingLeftByNode } = trees;
  let node = root;
  for (let feature = featureByNode[node]; feature >= 0; feature = featureByNode[node]) {
    const value = values[start + feature];
    const isLeft = value <= thresholdByNode[node] || (Number.isNaN(value) && missingLeftByNode[node] === 1);
    node = isLeft ? leftByNode[node] : rightByNode[node];
  }
  return node;
}

function addTree(
  trees: TreeEnsemble,
  tree: number,
  block: Float64Array,
  count: number,
  outputs: readonly Float64Array[],
  begin: number,
): void {
  const { featureCount, rootByTree, outputByTree, valueByNode } = trees;
  const root = rootByTree[tree];
  const only = outputByTree[tree];
  const valuesPerNode = valuesOfNode(trees);
  for (let row = 0; row < count; row++) {
    const leaf = findLeaf(trees, root, block, row * featureCount) * valuesPerNode;
    if (only >= 0) outputs[only][begin + row] += valueByNode[leaf];
    else for (let output = 0; output < outputs.length; output++) outputs[output][begin + row] += valueByNode[leaf + output];
  }
}
