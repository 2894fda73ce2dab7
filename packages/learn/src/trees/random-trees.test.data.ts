import type { FittedModel, TreeEnsemble } from "../model/model.js";
import { createRandom, type Random } from "../random/random.js";

/** What trees to make up. */
export interface RandomTreesPlan {
  readonly seed: number;
  readonly featureCount: number;
  readonly treeCount: number;
  /** No path is longer. */
  readonly depth: number;
  /** Share of the nodes above that depth that are split. */
  readonly splitShare: number;
  readonly outputCount: number;
  readonly isVector: boolean;
  /** Share of the splits that ask for a set of categories. */
  readonly categoryShare: number;
  readonly precision: "float64" | "float32";
  readonly zeroIsMissing: boolean;
  /** Thresholds differ from node to node; else they are few. */
  readonly isVaried?: boolean;
}

/** Values that are drawn: few, so that many lie on a threshold, are missing, or are no category. */
const VALUES = [-1, -0.4, 0, 0.1, 0.5, 1, 2, 3.7, 33, 40, 64, 1e300, Number.NaN];

/** A made-up ensemble, unlike any that a learner grows: nodes without cover, features repeated on a path, empty sets. */
export function randomTrees(plan: RandomTreesPlan): TreeEnsemble {
  const random = createRandom(plan.seed);
  const nodes = { feature: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[] };
  const more = { missing: [] as number[], cover: [] as number[], set: [] as number[], value: [] as number[] };
  const sets: number[] = [0];
  const words: number[] = [];
  const perNode = plan.isVector ? plan.outputCount : 1;
  const round = plan.precision === "float32" ? Math.fround : (value: number) => value;
  const grow = (depth: number, cover: number): number => {
    const node = nodes.feature.length;
    const isLeaf = depth === plan.depth || random.next() > plan.splitShare;
    nodes.feature.push(isLeaf ? -1 : random.integer(plan.featureCount));
    const threshold = VALUES[random.integer(VALUES.length - 2)];
    nodes.threshold.push(round(plan.isVaried === true ? threshold + random.next() : threshold));
    nodes.left.push(-1);
    nodes.right.push(-1);
    more.missing.push(random.integer(2));
    more.cover.push(cover);
    more.set.push(-1);
    for (let output = 0; output < perNode; output++) more.value.push(isLeaf ? round(random.next() * 4 - 2) : 0);
    if (isLeaf) return node;
    if (random.next() < plan.categoryShare) {
      more.set[node] = sets.length - 1;
      for (let word = random.integer(3); word > 0; word--) words.push((random.next() * 2 ** 32) | 0);
      sets.push(words.length);
    }
    // Now and then a side without rows.
    const left = random.next() < 0.1 ? 0 : Math.round(cover * random.next());
    nodes.left[node] = grow(depth + 1, left);
    nodes.right[node] = grow(depth + 1, cover - left);
    return node;
  };
  const roots = Array.from({ length: plan.treeCount }, () => grow(0, 100));
  const outputByTree = Int32Array.from(roots, (_, tree) => (plan.isVector ? -1 : tree % plan.outputCount));
  return {
    featureCount: plan.featureCount,
    outputCount: plan.outputCount,
    rootByTree: Int32Array.from(roots),
    outputByTree,
    featureByNode: Int32Array.from(nodes.feature),
    thresholdByNode: Float64Array.from(nodes.threshold),
    leftByNode: Int32Array.from(nodes.left),
    rightByNode: Int32Array.from(nodes.right),
    missingLeftByNode: Uint8Array.from(more.missing),
    categorySetByNode: Int32Array.from(more.set),
    categorySetStart: Int32Array.from(sets),
    categoryWords: Int32Array.from(words),
    zeroIsMissingByFeature: Uint8Array.from({ length: plan.zeroIsMissing ? plan.featureCount : 0 }, (_, feature) => feature % 2),
    valueByNode: Float64Array.from(more.value),
    coverByNode: Float64Array.from(more.cover),
    gainByNode: new Float64Array(nodes.feature.length),
    baseByOutput: Float64Array.from({ length: plan.outputCount }, () => round(random.next())),
    precision: plan.precision,
  };
}

/** Rows for such trees, [column][row]. */
export function randomColumns(seed: number, featureCount: number, rowCount: number): Float64Array[] {
  const random = createRandom(seed);
  return Array.from({ length: featureCount }, () => Float64Array.from({ length: rowCount }, () => randomValue(random)));
}

function randomValue(random: Random): number {
  const value = VALUES[random.integer(VALUES.length)];
  return random.next() < 0.2 ? value + random.next() : value;
}

export const matrixOf = (columns: readonly Float64Array[]) => ({
  rowCount: columns[0].length,
  columns,
  names: columns.map((_, column) => `column ${column}`),
});

export const modelOf = (trees: TreeEnsemble): FittedModel => ({
  learner: "gradientBoosting",
  parameters: {},
  trees,
  space: "value",
  classes: null,
  isolation: null,
  linear: null,
});
