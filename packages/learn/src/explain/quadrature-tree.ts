import { type AnsweringMemory, paddedBytes } from "../kernels/answering.js";
import type { TreeEnsemble } from "../model/model.js";
import type { BlockCodes } from "../trees/block-codes.js";
import type { SplitCodes } from "../trees/split-codes.js";
import { gaussLegendre } from "./gauss-legendre.js";
import type { TreePaths } from "./tree-paths.js";

const NODE_WORDS = 8;

/**
 * A tree laid out for SHAP by quadrature. With z the share of an edge's cover and o whether the row follows it, a leaf's
 * effect on a feature is the integral over t of the product of all other features' (z (1 − t) + o t), times o − z. At
 * fixed points t the product along a path is a running one, so a row costs one pass down and one up.
 *
 * An edge has three states, by the edges of its feature that the row follows: it and all above (0), only all above (1), not
 * even those (2). A `ratio` takes the product from the parent to the place, a `factor` a subtree's sum to the effect.
 *
 * With d features on the longest path the polynomials have degree d - 1, for which ⌈d / 2⌉ points are exact.
 *
 * @see Yu et al. 2022, Linear TreeShap
 */
export class QuadratureTree {
  private readonly address: { nodes: number; ratio: number; factor: number; values: number };
  private readonly nodeCount: number;
  private readonly points: number;
  private readonly outputs: number;
  private readonly firstOutput: number;

  /** Bytes that the constructor takes. */
  static bytes(trees: TreeEnsemble, tree: number, paths: TreePaths): number {
    const { nodeCount } = paths;
    const perNode = [NODE_WORDS * 4, 24 * evenPoints(paths), 24 * evenPoints(paths), 8 * outputsOf(trees, tree)];
    return perNode.reduce((sum, bytes) => sum + paddedBytes(nodeCount * bytes), 0);
  }

  /** Bytes that a row needs meanwhile. */
  static scratchBytes(paths: TreePaths): number {
    return paddedBytes(paths.nodeCount * (16 * evenPoints(paths) + 8));
  }

  constructor(
    private readonly memory: AnsweringMemory,
    trees: TreeEnsemble,
    tree: number,
    plan: SplitCodes,
    codes: BlockCodes,
    paths: TreePaths,
    private readonly columnBytes: number,
  ) {
    this.nodeCount = paths.nodeCount;
    this.points = evenPoints(paths);
    this.outputs = outputsOf(trees, tree);
    this.firstOutput = Math.max(0, trees.outputByTree[tree]) * trees.featureCount;
    const numbers = paths.nodeCount * 3 * this.points;
    const nodes = memory.take(paths.nodeCount * NODE_WORDS * 4);
    const ratio = memory.take(numbers * 8);
    const factor = memory.take(numbers * 8);
    const values = memory.take(paths.nodeCount * this.outputs * 8);
    this.address = { nodes, ratio, factor, values };
    fillNodes(new Int32Array(memory.buffer, nodes, paths.nodeCount * NODE_WORDS), plan, codes, paths, columnBytes);
    const ratios = new Float64Array(memory.buffer, ratio, numbers);
    const factors = new Float64Array(memory.buffer, factor, numbers);
    for (let place = 1; place < paths.nodeCount; place++) fillEdge(paths, place, this.points, ratios, factors);
    new Float64Array(memory.buffer, values, paths.nodeCount * this.outputs).set(leafValues(trees, tree, paths));
    this.outputBytes = trees.featureCount * columnBytes;
  }

  private readonly outputBytes: number;

  /**
   * Adds the effects on the first rows of the block to columns of numbers by row, one per output and feature.
   *
   * Cost: O(rows · nodes · points · outputs that the tree adds to).
   */
  add(effects: number, count: number, scratch: number): void {
    if (this.points === 0) return;
    const { nodes, ratio, factor, values } = this.address;
    const first = effects + this.firstOutput * this.columnBytes;
    const { nodeCount, points, outputs, outputBytes } = this;
    this.memory.kernels.addQuadrature(
      nodes,
      nodeCount,
      points,
      ratio,
      factor,
      values,
      outputs,
      outputBytes,
      first,
      count,
      scratch,
    );
  }
}

/** Points of a tree; a kernel takes two at a time, of which the last may count nothing. */
function evenPoints({ mostFeatures }: TreePaths): number {
  return 2 * Math.ceil(Math.ceil(mostFeatures / 2) / 2);
}

function outputsOf({ outputByTree, outputCount }: TreeEnsemble, tree: number): number {
  return outputByTree[tree] < 0 ? outputCount : 1;
}

function fillNodes(words: Int32Array, plan: SplitCodes, codes: BlockCodes, paths: TreePaths, columnBytes: number): void {
  for (let place = 0; place < paths.nodeCount; place++) {
    const node = paths.nodeByPlace[place];
    const slot = plan.slotByNode[node];
    const own = [
      paths.parentByPlace[place],
      paths.ancestorByPlace[place],
      paths.rightByPlace[place],
      slot < 0 ? 0 : codes.addressOf(slot),
      plan.codeByNode[node],
      Math.max(0, paths.featureByPlace[place]) * columnBytes,
    ];
    words.set(own, place * NODE_WORDS);
  }
}

function fillEdge(paths: TreePaths, place: number, width: number, ratio: Float64Array, factor: Float64Array): void {
  const { points, weights } = gaussLegendre(Math.ceil(paths.mostFeatures / 2));
  const share = paths.fractionByPlace[place];
  const ancestor = paths.ancestorByPlace[place];
  const above = ancestor > 0 ? paths.fractionByPlace[ancestor] : 1;
  for (let state = 0; state < 3; state++) {
    const follows = state === 0 ? 1 : 0;
    const followed = state < 2 ? 1 : 0;
    for (let point = 0; point < points.length; point++) {
      const known = points[point];
      const own = share * (1 - known) + follows * known;
      const before = ancestor > 0 ? above * (1 - known) + followed * known : 1;
      // A way that neither a background row nor this row goes has the product 0, and nothing is divided by it.
      if (own === 0 || before === 0) continue;
      const at = (place * 3 + state) * width + point;
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
  const outputs = outputsOf(trees, tree);
  const perNode = trees.valueByNode.length / trees.featureByNode.length;
  const values = new Float64Array(outputs * nodeByPlace.length);
  for (let place = 0; place < nodeByPlace.length; place++) {
    if (rightByPlace[place] > 0) continue;
    for (let output = 0; output < outputs; output++)
      values[output * nodeByPlace.length + place] = trees.valueByNode[nodeByPlace[place] * perNode + output];
  }
  return values;
}
