import type { TreeEnsemble } from "../../model/model.js";
import { valuesOfNode } from "../../trees/predict.js";
import { ZERO_WITHIN } from "../../trees/route.js";
import { ELEMENT, type GraphWriter, type ValueName } from "./graph.js";

/** Lists of the nodes of a `TreeEnsembleRegressor`, as its attributes take them. */
interface NodeLists {
  readonly tree: number[];
  readonly id: number[];
  readonly feature: number[];
  readonly value: number[];
  readonly mode: string[];
  readonly whenTrue: number[];
  readonly whenFalse: number[];
  readonly missingIsTrue: number[];
}

/** Leaves: each row of the lists adds `weight` to `target`. */
interface LeafLists {
  readonly tree: number[];
  readonly id: number[];
  readonly target: number[];
  readonly weight: number[];
}

/**
 * Adds the trees to a graph: float64 [rows, outputs], the sum of their leaves without `baseByOutput`. A category set is
 * a chain of nodes, one for each code on its shorter side.
 *
 * onnxruntime gives the sums of a `TreeEnsembleRegressor` as float32, whatever it computes in. So each leaf has a coarse
 * part, whose sums float32 holds exactly, and the rest, which is a target of its own; both sums are added in float64.
 *
 * @param matrix      float64 [rows, columns], NaN = missing
 * @param codeCounts  by column: codes that a category can have; a code at or above is not expected
 */
export function addTrees(
  graph: GraphWriter,
  trees: TreeEnsemble,
  matrix: ValueName,
  codeCounts: readonly (number | null)[],
): ValueName {
  const nodes: NodeLists = { tree: [], id: [], feature: [], value: [], mode: [], whenTrue: [], whenFalse: [], missingIsTrue: [] };
  const leaves: LeafLists = { tree: [], id: [], target: [], weight: [] };
  const grid = coarseGrid(trees);
  trees.rootByTree.forEach((_, tree) => {
    addTree(trees, tree, codeCounts, nodes, (node, id) => addLeaf(trees, tree, node, id, grid, leaves));
  });
  const list = (values: readonly number[]) => ({ type: "double", shape: [values.length], values }) as const;
  // Inputs as the trees see them; onnxruntime then sums the leaves in float64, however the library did.
  const narrow = (value: ValueName) => graph.add("Cast", [value], { to: ELEMENT.float });
  const widen = (value: ValueName) => graph.add("Cast", [value], { to: ELEMENT.double });
  const seen = trees.precision === "float32" ? widen(narrow(matrix)) : matrix;
  const sums = graph.add("TreeEnsembleRegressor", [zerosAsMissing(graph, trees, seen)], {
    n_targets: 2 * trees.outputCount,
    aggregate_function: "SUM",
    post_transform: "NONE",
    nodes_treeids: nodes.tree,
    nodes_nodeids: nodes.id,
    nodes_featureids: nodes.feature,
    nodes_modes: nodes.mode,
    nodes_truenodeids: nodes.whenTrue,
    nodes_falsenodeids: nodes.whenFalse,
    nodes_missing_value_tracks_true: nodes.missingIsTrue,
    nodes_values_as_tensor: list(nodes.value),
    target_treeids: leaves.tree,
    target_nodeids: leaves.id,
    target_ids: leaves.target,
    target_weights_as_tensor: list(leaves.weight),
  });
  // [rows, coarse and rest, outputs]
  const shape = graph.constant({ type: "int64", shape: [3], values: [0, 2, trees.outputCount] });
  const axis = graph.constant({ type: "int64", shape: [1], values: [1] });
  return graph.add("ReduceSum", [graph.add("Reshape", [widen(sums), shape]), axis], { keepdims: 0 });
}

/** A power of two so large that float32 holds any sum of its multiples that the trees can make. */
function coarseGrid(trees: TreeEnsemble): number {
  const { featureByNode, leftByNode, rightByNode, rootByTree, valueByNode } = trees;
  const width = valuesOfNode(trees);
  // Children lie behind their parents: from the back on, each node knows the largest leaf below it.
  const largest = new Float64Array(featureByNode.length);
  for (let node = featureByNode.length - 1; node >= 0; node--) {
    if (featureByNode[node] >= 0) largest[node] = Math.max(largest[leftByNode[node]], largest[rightByNode[node]]);
    else
      for (let place = 0; place < width; place++)
        largest[node] = Math.max(largest[node], Math.abs(valueByNode[node * width + place]));
  }
  let grid = 9.332636185032189e-302;
  const bound = rootByTree.reduce((sum, root) => sum + largest[root], 0);
  while (grid * 8_388_608 < bound) grid *= 2;
  return grid;
}

function zerosAsMissing(graph: GraphWriter, { zeroIsMissingByFeature }: TreeEnsemble, matrix: ValueName): ValueName {
  if (!zeroIsMissingByFeature.includes(1)) return matrix;
  const values = Array.from(zeroIsMissingByFeature, (flag) => (flag === 1 ? ZERO_WITHIN : -1));
  const within = graph.constant({ type: "double", shape: [1, values.length], values });
  const isZero = graph.add("LessOrEqual", [graph.add("Abs", [matrix]), within]);
  return graph.add("Where", [isZero, graph.number(Number.NaN), matrix]);
}

function addTree(
  trees: TreeEnsemble,
  tree: number,
  codeCounts: readonly (number | null)[],
  nodes: NodeLists,
  addLeafOf: (node: number, id: number) => void,
): void {
  const { featureByNode, leftByNode, rightByNode, thresholdByNode, missingLeftByNode, categorySetByNode } = trees;
  const order = [trees.rootByTree[tree]];
  const add = (node: Omit<AddedNode, "tree">) => addNode(nodes, { tree, ...node });
  let chained = 0;
  for (let id = 0; id < order.length; id++)
    if (featureByNode[order[id]] >= 0) order.push(leftByNode[order[id]], rightByNode[order[id]]);
  let next = 1;
  order.forEach((node, id) => {
    const feature = featureByNode[node];
    if (feature < 0) {
      add({ id, mode: "LEAF", feature: 0, value: 0, whenTrue: 0, whenFalse: 0, missingIsTrue: false });
      addLeafOf(node, id);
      return;
    }
    const [left, right] = [next++, next++];
    const missingLeft = missingLeftByNode[node] === 1;
    if (categorySetByNode[node] < 0) {
      const value = thresholdByNode[node];
      add({ id, mode: "BRANCH_LEQ", feature, value, whenTrue: left, whenFalse: right, missingIsTrue: missingLeft });
      return;
    }
    const { codes, side } = shorterSide(trees, node, codeCounts[feature]);
    const [whenTrue, otherwise] = side === "left" ? [left, right] : [right, left];
    // Nodes of the chain but the first lie behind those of the tree.
    const chain = [id, ...codes.slice(1).map((_, position) => order.length + chained + position)];
    chained += codes.length - 1;
    codes.forEach((value, position) => {
      const whenFalse = chain[position + 1] ?? otherwise;
      const missingIsTrue = missingLeft === (side === "left");
      add({ id: chain[position], mode: "BRANCH_EQ", feature, value, whenTrue, whenFalse, missingIsTrue });
    });
  });
}

interface AddedNode {
  readonly tree: number;
  readonly id: number;
  readonly mode: "LEAF" | "BRANCH_LEQ" | "BRANCH_EQ";
  readonly feature: number;
  readonly value: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly missingIsTrue: boolean;
}

function addNode(lists: NodeLists, node: AddedNode): void {
  lists.tree.push(node.tree);
  lists.id.push(node.id);
  lists.feature.push(node.feature);
  lists.value.push(node.value);
  lists.mode.push(node.mode);
  lists.whenTrue.push(node.whenTrue);
  lists.whenFalse.push(node.whenFalse);
  lists.missingIsTrue.push(node.missingIsTrue ? 1 : 0);
}

function addLeaf(trees: TreeEnsemble, tree: number, node: number, id: number, grid: number, leaves: LeafLists): void {
  const only = trees.outputByTree[tree];
  const width = valuesOfNode(trees);
  const outputs = only >= 0 ? [only] : Array.from({ length: trees.outputCount }, (_, output) => output);
  outputs.forEach((output, position) => {
    const value = trees.valueByNode[node * width + position];
    const coarse = Math.round(value / grid) * grid;
    for (const [target, weight] of [
      [output, coarse],
      [output + trees.outputCount, value - coarse],
    ]) {
      leaves.tree.push(tree);
      leaves.id.push(id);
      leaves.target.push(target);
      leaves.weight.push(weight);
    }
  });
}

/** The codes that go left, or those that go right, whichever are fewer; at least one. */
function shorterSide(
  trees: TreeEnsemble,
  node: number,
  codeCount: number | null | undefined,
): { codes: number[]; side: "left" | "right" } {
  const { categorySetByNode, categorySetStart, categoryWords, missingLeftByNode } = trees;
  const start = categorySetStart[categorySetByNode[node]];
  const end = (categorySetStart[categorySetByNode[node] + 1] - start) * 32;
  const left: number[] = [];
  const right: number[] = [];
  for (let code = 0; code < Math.max(end, codeCount ?? 0); code++) {
    const isIn = code < end ? ((categoryWords[start + (code >> 5)] >>> (code & 31)) & 1) === 1 : missingLeftByNode[node] === 1;
    (isIn ? left : right).push(code);
  }
  // Codes past both lists go where missing values go; a node has at least one code to ask for.
  const listLeft = right.length === 0 || (left.length > 0 && left.length <= right.length);
  return listLeft ? { codes: left.length > 0 ? left : [-1], side: "left" } : { codes: right, side: "right" };
}
