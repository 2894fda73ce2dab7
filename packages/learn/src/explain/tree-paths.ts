import type { TreeEnsemble } from "../model/model.js";

/**
 * One tree in preorder, the root at 0 and a left child right behind its parent. Every node but the root stands for the
 * edge that leads to it.
 */
export interface TreePaths {
  readonly nodeCount: number;
  /** Node of the ensemble. */
  readonly nodeByPlace: Int32Array;
  /** Place of the parent; 0 for the root itself. */
  readonly parentByPlace: Int32Array;
  /** Place of the right child; 0 for a leaf. */
  readonly rightByPlace: Int32Array;
  /** Matrix column that the parent splits; -1 for the root. */
  readonly featureByPlace: Int32Array;
  /** Place of the nearest edge above on the same feature; 0: there is none. */
  readonly ancestorByPlace: Int32Array;
  /** Share of the cover that follows all edges on this feature from the root to here, the feature alone seen. */
  readonly fractionByPlace: Float64Array;
  /** Share of the root's cover that arrives here. */
  readonly reachByPlace: Float64Array;
  /** Different features on the longest such path. */
  readonly mostFeatures: number;
}

/** Preorder of one tree. An imported tree may have nodes without cover; then both sides of a split are as likely. */
export function treePaths(trees: TreeEnsemble, tree: number): TreePaths {
  const { featureByNode, leftByNode, rightByNode, coverByNode } = trees;
  const node: number[] = [];
  const parent: number[] = [];
  const right: number[] = [];
  const feature: number[] = [];
  const ancestor: number[] = [];
  const fraction: number[] = [];
  const reach: number[] = [];
  const features: number[] = [];
  let mostFeatures = 0;
  const open = [{ node: trees.rootByTree[tree], parent: -1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = node.length;
    const above = next.parent;
    node.push(next.node);
    parent.push(Math.max(0, above));
    right.push(0);
    if (above < 0) {
      feature.push(-1);
      ancestor.push(0);
      fraction.push(1);
      reach.push(1);
      features.push(0);
    } else {
      if (place !== above + 1) right[above] = place;
      const own = featureByNode[node[above]];
      let same = above;
      while (same > 0 && feature[same] !== own) same = parent[same];
      const cover = coverByNode[node[above]];
      const share = cover > 0 ? coverByNode[next.node] / cover : 0.5;
      feature.push(own);
      ancestor.push(same);
      fraction.push(share * (same > 0 ? fraction[same] : 1));
      reach.push(share * reach[above]);
      features.push(features[above] + (same > 0 ? 0 : 1));
      mostFeatures = Math.max(mostFeatures, features[place]);
    }
    if (featureByNode[next.node] >= 0) {
      open.push({ node: rightByNode[next.node], parent: place }, { node: leftByNode[next.node], parent: place });
    }
  }
  return {
    nodeCount: node.length,
    nodeByPlace: Int32Array.from(node),
    parentByPlace: Int32Array.from(parent),
    rightByPlace: Int32Array.from(right),
    featureByPlace: Int32Array.from(feature),
    ancestorByPlace: Int32Array.from(ancestor),
    fractionByPlace: Float64Array.from(fraction),
    reachByPlace: Float64Array.from(reach),
    mostFeatures,
  };
}
