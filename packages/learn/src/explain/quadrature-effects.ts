import type { TreeEnsemble } from "../model/model.js";
import type { SplitCodes } from "../trees/split-codes.js";
import { gaussLegendre } from "./gauss-legendre.js";
import type { TreePaths } from "./tree-paths.js";

/**
 * A tree made ready for SHAP by quadrature. With z the share of an edge's cover and o whether the row follows it, a leaf's
 * effect on a feature is the integral over t of the product of all other features' (z (1 − t) + o t), times o − z. At
 * fixed points t the product along a path is a running one, so a row costs one pass down and one up.
 *
 * An edge has three states, by the edges of its feature that the row follows: it and all above (0), only all above (1), not
 * even those (2). `ratio` takes the product from the parent to the place, `factor` a subtree's sum to the effect.
 *
 * @see Yu et al. 2022, Linear TreeShap
 */
export interface QuadratureTree {
  readonly paths: TreePaths;
  readonly points: number;
  /** [place][state][point] */
  readonly ratio: Float64Array;
  readonly factor: Float64Array;
  /** [place]: slot of the split, -1 for a leaf, and the code up to which a row goes left. */
  readonly slotByPlace: Int32Array;
  readonly codeByPlace: Int8Array;
  /** Output that the leaves add to, -1: all. */
  readonly output: number;
  /** [output][place], or [place] where only one output is added to. */
  readonly values: Float64Array;
}

/**
 * The fewest points that are exact for a tree: with d features on its longest path the polynomials have degree d - 1.
 *
 * Cost: O(nodes · points).
 */
export function prepareQuadrature(trees: TreeEnsemble, tree: number, codes: SplitCodes, paths: TreePaths): QuadratureTree {
  const points = Math.ceil(paths.mostFeatures / 2);
  const ratio = new Float64Array(paths.nodeCount * 3 * points);
  const factor = new Float64Array(paths.nodeCount * 3 * points);
  for (let place = 1; place < paths.nodeCount; place++) fillEdge(paths, place, points, ratio, factor);
  return {
    paths,
    points,
    ratio,
    factor,
    slotByPlace: paths.nodeByPlace.map((node) => codes.slotByNode[node]),
    codeByPlace: Int8Array.from(paths.nodeByPlace, (node) => codes.codeByNode[node]),
    output: trees.outputByTree[tree],
    values: leafValues(trees, tree, paths),
  };
}

function fillEdge(paths: TreePaths, place: number, count: number, ratio: Float64Array, factor: Float64Array): void {
  const { points, weights } = gaussLegendre(count);
  const share = paths.fractionByPlace[place];
  const ancestor = paths.ancestorByPlace[place];
  const above = ancestor > 0 ? paths.fractionByPlace[ancestor] : 1;
  for (let state = 0; state < 3; state++) {
    const follows = state === 0 ? 1 : 0;
    const followed = state < 2 ? 1 : 0;
    for (let point = 0; point < count; point++) {
      const known = points[point];
      const own = share * (1 - known) + follows * known;
      const before = ancestor > 0 ? above * (1 - known) + followed * known : 1;
      // A way that neither a background row nor this row goes has the product 0, and nothing is divided by it.
      if (own === 0 || before === 0) continue;
      const at = (place * 3 + state) * count + point;
      ratio[at] = own / before;
      // In state 2 both terms are -1 / (1 - t).
      if (ancestor > 0 && state === 2) continue;
      const effect = (follows - share) / own - (ancestor > 0 ? (followed - above) / before : 0);
      factor[at] = effect * weights[point];
    }
  }
}

/** [output][place] of one tree; 0 inside. */
export function leafValues(trees: TreeEnsemble, tree: number, { nodeByPlace, rightByPlace }: TreePaths): Float64Array {
  const outputs = trees.outputByTree[tree] < 0 ? trees.outputCount : 1;
  const perNode = trees.valueByNode.length / trees.featureByNode.length;
  const values = new Float64Array(outputs * nodeByPlace.length);
  for (let place = 0; place < nodeByPlace.length; place++) {
    if (rightByPlace[place] > 0) continue;
    for (let output = 0; output < outputs; output++)
      values[output * nodeByPlace.length + place] = trees.valueByNode[nodeByPlace[place] * perNode + output];
  }
  return values;
}

/** Scratch for trees of up to so many numbers, `nodeCount · points`. */
export class QuadratureScratch {
  readonly product: Float64Array;
  readonly sum: Float64Array;
  readonly state: Uint8Array;
  readonly taken: Int32Array;

  constructor(trees: readonly QuadratureTree[]) {
    const numbers = trees.reduce((most, { paths, points }) => Math.max(most, paths.nodeCount * points), 0);
    const nodes = trees.reduce((most, { paths }) => Math.max(most, paths.nodeCount), 0);
    this.product = new Float64Array(numbers);
    this.sum = new Float64Array(numbers);
    this.state = new Uint8Array(nodes);
    this.taken = new Int32Array(nodes);
  }
}

/**
 * Adds a tree's effects on one row of a block: `effects[start + output · featureCount + feature]`.
 *
 * Cost: O(nodes · points · outputs that the tree adds to).
 *
 * @param codes  of the block, as `fillCodes` lays them out
 * @param row    within the block
 */
export function addQuadratureEffects(
  tree: QuadratureTree,
  codes: Int8Array,
  stride: number,
  row: number,
  effects: Float64Array,
  start: number,
  featureCount: number,
  scratch: QuadratureScratch,
): void {
  const { nodeCount } = tree.paths;
  if (tree.points === 0) return;
  walkDown(tree, codes, stride, row, scratch);
  const first = Math.max(0, tree.output);
  for (let output = 0; output * nodeCount < tree.values.length; output++)
    sumUp(tree, output * nodeCount, effects, start + (first + output) * featureCount, scratch);
}

/** States of all edges, and the products that arrive at all places. */
function walkDown(tree: QuadratureTree, codes: Int8Array, stride: number, row: number, scratch: QuadratureScratch): void {
  const { points, ratio, slotByPlace, codeByPlace } = tree;
  const { nodeCount, parentByPlace, rightByPlace, ancestorByPlace } = tree.paths;
  const { product, state, taken } = scratch;
  product.fill(1, 0, points);
  state[0] = 0;
  for (let place = 0; place < nodeCount; place++) {
    const right = rightByPlace[place];
    if (right > 0) taken[place] = codes[slotByPlace[place] * stride + row] > codeByPlace[place] ? right : place + 1;
    if (place === 0) continue;
    const parent = parentByPlace[place];
    const own = state[ancestorByPlace[place]] === 0 ? (taken[parent] === place ? 0 : 1) : 2;
    state[place] = own;
    const from = (place * 3 + own) * points;
    for (let point = 0; point < points; point++)
      product[place * points + point] = product[parent * points + point] * ratio[from + point];
  }
}

/** Sums of product · value over every subtree, and of them the effects. */
function sumUp(tree: QuadratureTree, values: number, effects: Float64Array, start: number, scratch: QuadratureScratch): void {
  const { points, factor } = tree;
  const { nodeCount, parentByPlace, rightByPlace, featureByPlace } = tree.paths;
  const { product, sum, state } = scratch;
  sum.fill(0, 0, nodeCount * points);
  for (let place = nodeCount - 1; place > 0; place--) {
    const parent = parentByPlace[place] * points;
    const from = (place * 3 + state[place]) * points;
    const isLeaf = rightByPlace[place] === 0;
    const value = tree.values[values + place];
    let effect = 0;
    for (let point = 0; point < points; point++) {
      const at = place * points + point;
      const own = isLeaf ? product[at] * value : sum[at];
      effect += own * factor[from + point];
      sum[parent + point] += own;
    }
    effects[start + featureByPlace[place]] += effect;
  }
}
