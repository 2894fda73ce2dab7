import type { TreeEnsemble } from "../model/model.js";
import { valuesOfNode } from "../trees/predict.js";
import { goesLeft } from "../trees/route.js";
import { PathWeights } from "./path-weights.js";

/** Exact path-dependent TreeSHAP of one ensemble: the background of a split is the cover of its sides. */
export class TreeShap {
  /** Expected output: what the model answers when nothing is known of a row. */
  readonly base: Float64Array;
  private readonly path: PathWeights;
  /** Share of its parent's cover that a node has; 1 for a root. */
  private readonly fractionByNode: Float64Array;
  private readonly valuesPerNode: number;
  private row: Float64Array = new Float64Array(0);
  private effects: Float64Array = new Float64Array(0);
  /** Where the effects of the tree's output, or of the first output, begin. */
  private start = 0;

  constructor(private readonly trees: TreeEnsemble) {
    this.fractionByNode = coverFractions(trees);
    this.valuesPerNode = valuesOfNode(trees);
    this.path = new PathWeights(deepestLeaf(trees));
    this.base = this.expectedOutputs();
  }

  /** Adds the effects of one row's features: `effects[start + output · featureCount + feature]`. */
  explain(row: Float64Array, effects: Float64Array, start: number): void {
    const { rootByTree, outputByTree, featureCount } = this.trees;
    this.row = row;
    this.effects = effects;
    for (let tree = 0; tree < rootByTree.length; tree++) {
      this.start = start + Math.max(0, outputByTree[tree]) * featureCount;
      this.visit(rootByTree[tree], 0, 0, 1, 1, -1, outputByTree[tree] < 0);
    }
  }

  /** @param parent  where the parent's path starts; it has `depth` elements */
  private visit(
    node: number,
    parent: number,
    depth: number,
    zero: number,
    one: number,
    feature: number,
    isVector: boolean,
  ): void {
    const { path, trees } = this;
    const start = parent + depth;
    path.copy(parent, start, depth);
    path.extend(start, depth, zero, one, feature);
    const splitFeature = trees.featureByNode[node];
    if (splitFeature < 0) {
      this.addLeaf(node, start, depth, isVector);
      return;
    }
    const isLeft = goesLeft(trees, node, this.row[splitFeature]);
    const hot = isLeft ? trees.leftByNode[node] : trees.rightByNode[node];
    const cold = isLeft ? trees.rightByNode[node] : trees.leftByNode[node];
    let length = depth;
    let oldZero = 1;
    let oldOne = 1;
    const element = this.elementOf(splitFeature, start, depth);
    if (element >= 0) {
      oldZero = path.zero[start + element];
      oldOne = path.one[start + element];
      path.unwind(start, depth, element);
      length--;
    }
    const hotZero = this.fractionByNode[hot] * oldZero;
    const coldZero = this.fractionByNode[cold] * oldZero;
    // A way that no background row and not this row goes has no weight, and could not be unwound.
    if (hotZero > 0 || oldOne > 0) this.visit(hot, start, length + 1, hotZero, oldOne, splitFeature, isVector);
    if (coldZero > 0) this.visit(cold, start, length + 1, coldZero, 0, splitFeature, isVector);
  }

  private elementOf(feature: number, start: number, depth: number): number {
    for (let element = 1; element <= depth; element++) if (this.path.feature[start + element] === feature) return element;
    return -1;
  }

  private addLeaf(node: number, start: number, depth: number, isVector: boolean): void {
    const { path, effects, trees, valuesPerNode } = this;
    const { featureCount, outputCount, valueByNode } = trees;
    for (let element = 1; element <= depth; element++) {
      const weight = path.unwoundSum(start, depth, element) * (path.one[start + element] - path.zero[start + element]);
      const at = this.start + path.feature[start + element];
      if (!isVector) effects[at] += weight * valueByNode[node * valuesPerNode];
      else {
        for (let output = 0; output < outputCount; output++) {
          effects[at + output * featureCount] += weight * valueByNode[node * valuesPerNode + output];
        }
      }
    }
  }

  private expectedOutputs(): Float64Array {
    const { trees, valuesPerNode } = this;
    const base = trees.baseByOutput.slice();
    const reach = this.fractionByNode.slice();
    for (let tree = 0; tree < trees.rootByTree.length; tree++) {
      const only = trees.outputByTree[tree];
      const open = [trees.rootByTree[tree]];
      for (let node = open.pop(); node !== undefined; node = open.pop()) {
        if (trees.featureByNode[node] >= 0) {
          for (const child of [trees.leftByNode[node], trees.rightByNode[node]]) {
            reach[child] *= reach[node];
            open.push(child);
          }
        } else if (only >= 0) base[only] += reach[node] * trees.valueByNode[node * valuesPerNode];
        else
          for (let output = 0; output < base.length; output++)
            base[output] += reach[node] * trees.valueByNode[node * valuesPerNode + output];
      }
    }
    return base;
  }
}

function coverFractions({ featureByNode, leftByNode, rightByNode, coverByNode }: TreeEnsemble): Float64Array {
  const fractions = new Float64Array(featureByNode.length).fill(1);
  for (let node = 0; node < featureByNode.length; node++) {
    if (featureByNode[node] < 0) continue;
    for (const child of [leftByNode[node], rightByNode[node]]) {
      // An imported tree may have nodes without cover; then both sides are as likely.
      fractions[child] = coverByNode[node] > 0 ? coverByNode[child] / coverByNode[node] : 0.5;
    }
  }
  return fractions;
}

function deepestLeaf({ rootByTree, featureByNode, leftByNode, rightByNode }: TreeEnsemble): number {
  let deepest = 0;
  for (const root of rootByTree) {
    const open = [{ node: root, depth: 0 }];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      deepest = Math.max(deepest, place.depth);
      if (featureByNode[place.node] < 0) continue;
      open.push(
        { node: leftByNode[place.node], depth: place.depth + 1 },
        { node: rightByNode[place.node], depth: place.depth + 1 },
      );
    }
  }
  return deepest;
}
