import type { FeatureMatrix } from "../features/feature-plan.js";
import type { LinearPart, TreeEnsemble } from "../model/model.js";
import { goesLeft, valueForTrees } from "./route.js";

/** Rows that are laid out row by row at a time: small enough to stay in the cache while all trees pass over them. */
const BLOCK_ROWS = 256;

/**
 * Raw outputs of an ensemble, and of what is linear beside it: `[output][row]`. Node by node: what every quicker way must
 * equal to the bit, and the way for ensembles that no kernel takes.
 *
 * Cost: O(rows · trees · depth); scratch for 256 rows.
 */
export function walkTrees(trees: TreeEnsemble, matrix: FeatureMatrix, linear: LinearPart | null): Float64Array[] {
  const { featureCount, baseByOutput } = trees;
  const outputs = Array.from(baseByOutput, (base) => new Float64Array(matrix.rowCount).fill(base));
  if (linear !== null) addLinear(linear, matrix, outputs);
  const block = new Float64Array(BLOCK_ROWS * featureCount);
  for (let begin = 0; begin < matrix.rowCount; begin += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, matrix.rowCount - begin);
    for (let feature = 0; feature < featureCount; feature++) {
      const column = matrix.columns[feature];
      for (let row = 0; row < count; row++)
        block[row * featureCount + feature] = valueForTrees(trees, feature, column[begin + row]);
    }
    for (let tree = 0; tree < trees.rootByTree.length; tree++) addTree(trees, tree, block, count, outputs, begin);
  }
  return outputs;
}

/** As `walkTrees`, of one row. */
export function walkTreesOfRow(trees: TreeEnsemble, row: Float64Array, linear: LinearPart | null, out: Float64Array): void {
  const { outputCount, rootByTree, outputByTree, valueByNode, baseByOutput } = trees;
  for (let output = 0; output < outputCount; output++) out[output] = baseByOutput[output];
  if (linear !== null) addLinearRow(linear, row, out);
  const round = trees.precision === "float32" ? Math.fround : exact;
  const valuesPerNode = valuesOfNode(trees);
  for (let tree = 0; tree < rootByTree.length; tree++) {
    const leaf = findLeafOfRow(trees, rootByTree[tree], row);
    const only = outputByTree[tree];
    if (only >= 0) out[only] = round(out[only] + valueByNode[leaf * valuesPerNode]);
    else {
      for (let output = 0; output < outputCount; output++)
        out[output] = round(out[output] + valueByNode[leaf * valuesPerNode + output]);
    }
  }
}

function exact(value: number): number {
  return value;
}

/** Numbers that `valueByNode` holds for each node: 1, or one per output. */
export function valuesOfNode(trees: TreeEnsemble): number {
  return trees.featureByNode.length === 0 ? 1 : trees.valueByNode.length / trees.featureByNode.length;
}

function findLeaf(trees: TreeEnsemble, root: number, values: Float64Array, start: number): number {
  const { featureByNode, leftByNode, rightByNode } = trees;
  let node = root;
  for (let feature = featureByNode[node]; feature >= 0; feature = featureByNode[node]) {
    node = goesLeft(trees, node, values[start + feature]) ? leftByNode[node] : rightByNode[node];
  }
  return node;
}

/** As `findLeaf`, of a row as it came. */
function findLeafOfRow(trees: TreeEnsemble, root: number, row: Float64Array): number {
  const { featureByNode, leftByNode, rightByNode } = trees;
  let node = root;
  for (let feature = featureByNode[node]; feature >= 0; feature = featureByNode[node]) {
    node = goesLeft(trees, node, valueForTrees(trees, feature, row[feature])) ? leftByNode[node] : rightByNode[node];
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
  const round = trees.precision === "float32" ? Math.fround : exact;
  const first = Math.max(0, only);
  const last = only >= 0 ? only : outputs.length - 1;
  for (let row = 0; row < count; row++) {
    const leaf = findLeaf(trees, root, block, row * featureCount) * valuesPerNode;
    for (let output = first; output <= last; output++) {
      outputs[output][begin + row] = round(outputs[output][begin + row] + valueByNode[leaf + output - first]);
    }
  }
}

function addLinear({ weights, fill }: LinearPart, matrix: FeatureMatrix, outputs: readonly Float64Array[]): void {
  outputs.forEach((values, output) => {
    matrix.columns.forEach((column, position) => {
      const weight = weights[output * matrix.columns.length + position];
      for (let row = 0; row < values.length; row++) {
        const value = column[row];
        values[row] += weight * (Number.isNaN(value) ? fill[position] : value);
      }
    });
  });
}

function addLinearRow({ weights, fill }: LinearPart, row: Float64Array, out: Float64Array): void {
  for (let output = 0; output < out.length; output++) {
    for (let column = 0; column < row.length; column++) {
      const value = row[column];
      out[output] += weights[output * row.length + column] * (Number.isNaN(value) ? fill[column] : value);
    }
  }
}
