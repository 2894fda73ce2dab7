import type { TreeEnsemble } from "../model/model.js";

/**
 * The questions that an ensemble asks of a row, each feature's values compared once instead of at every node: a row has one
 * signed code per slot, and goes right at a node when `code > codeByNode[node]`.
 *
 * A slot is some thresholds of one feature whose missing values go the same way (the code is how many lie below the value),
 * or one set of categories.
 */
export interface SplitCodes {
  /** Sorted by feature. */
  readonly slots: readonly CodeSlot[];
  /** Slot that a node reads; -1 for a leaf. */
  readonly slotByNode: Int32Array;
  readonly codeByNode: Int32Array;
  readonly codeBytes: 1 | 2;
  /** Code that none is above. */
  readonly highest: number;
  /** Whether values are rounded to float32 before they are compared. */
  readonly isFloat32: boolean;
  /** [features], or empty: those of which zero counts as missing. */
  readonly zeroIsMissingByFeature: Uint8Array;
}

export type CodeSlot =
  | {
      readonly kind: "thresholds";
      readonly feature: number;
      /** Code of a missing value. */
      readonly missing: number;
      /** Ascending, padded with Infinity to 2^steps − 1: halving needs no test of the end. */
      readonly thresholds: Float64Array;
      readonly steps: number;
      /** The next slot has the same thresholds, and sends what is missing the other way. */
      readonly hasTwin: boolean;
    }
  /** Codes of the slot before, but for what is missing. */
  | { readonly kind: "twin"; readonly feature: number; readonly missing: number }
  | {
      readonly kind: "categories";
      readonly feature: number;
      readonly missing: number;
      readonly words: Int32Array;
      /** Codes of members and others. */
      readonly left: number;
      readonly right: number;
    };

/** Nodes that ask the same. */
interface Questions {
  readonly feature: number;
  /** -1: thresholds. */
  readonly set: number;
  readonly nodes: number[];
}

/**
 * Finds the slots of an ensemble. Cost: O(nodes · log nodes).
 *
 * @param codeBytes  1: slots of up to 255 thresholds; 2: of up to 65,535
 */
export function splitCodes(trees: TreeEnsemble, codeBytes: 1 | 2): SplitCodes {
  const highest = codeBytes === 1 ? 127 : 32_767;
  const nodeCount = trees.featureByNode.length;
  const plan = {
    slots: [] as CodeSlot[],
    slotByNode: new Int32Array(nodeCount).fill(-1),
    codeByNode: new Int32Array(nodeCount).fill(highest),
    codeBytes,
    highest,
    isFloat32: trees.precision === "float32",
    zeroIsMissingByFeature: trees.zeroIsMissingByFeature,
  };
  for (const questions of questionsOf(trees)) {
    if (questions.set >= 0) addCategories(trees, questions, plan);
    else addThresholds(trees, questions, plan);
  }
  return plan;
}

function addCategories(trees: TreeEnsemble, { feature, set, nodes }: Questions, plan: SplitCodes & { slots: CodeSlot[] }): void {
  const { slots, highest, slotByNode, codeByNode } = plan;
  const words = trees.categoryWords.subarray(trees.categorySetStart[set], trees.categorySetStart[set + 1]);
  for (const isMissingLeft of [0, 1]) {
    const own = nodes.filter((node) => trees.missingLeftByNode[node] === isMissingLeft);
    if (own.length === 0) continue;
    const missing = isMissingLeft === 1 ? -highest - 1 : highest;
    const slot = slots.push({ kind: "categories", feature, missing, words, left: -highest - 1, right: highest }) - 1;
    for (const node of own) {
      slotByNode[node] = slot;
      codeByNode[node] = 0;
    }
  }
}

function addThresholds(trees: TreeEnsemble, { feature, nodes }: Questions, plan: SplitCodes & { slots: CodeSlot[] }): void {
  const { slots, highest, slotByNode, codeByNode } = plan;
  const { missingLeftByNode, thresholdByNode } = trees;
  const most = 2 * highest + 1;
  const ways = [0, 1].filter((way) => nodes.some((node) => missingLeftByNode[node] === way));
  const distinct = distinctThresholds(trees, nodes);
  const first = slots.length;
  for (let begin = 0; begin < distinct.length; begin += most) {
    const missing = ways[0] === 1 ? -highest - 1 : highest;
    slots.push(thresholdSlot(feature, missing, distinct.subarray(begin, begin + most), ways.length === 2));
    if (ways.length === 2) slots.push({ kind: "twin", feature, missing: -highest - 1 });
  }
  for (const node of nodes) {
    const rank = countBelow(distinct, thresholdByNode[node]);
    slotByNode[node] = first + Math.floor(rank / most) * ways.length + ways.indexOf(missingLeftByNode[node]);
    codeByNode[node] = (rank % most) - highest - 1;
  }
}

/** Sorted by feature. */
function questionsOf(trees: TreeEnsemble): Questions[] {
  const bySet = new Map<number, Questions>();
  for (let node = 0; node < trees.featureByNode.length; node++) {
    const feature = trees.featureByNode[node];
    if (feature < 0) continue;
    const set = trees.categorySetByNode[node];
    const key = (set + 1) * trees.featureCount + feature;
    const known = bySet.get(key);
    if (known === undefined) bySet.set(key, { feature, set, nodes: [node] });
    else known.nodes.push(node);
  }
  return [...bySet.values()].sort((first, second) => first.feature - second.feature);
}

function distinctThresholds({ thresholdByNode }: TreeEnsemble, nodes: readonly number[]): Float64Array {
  const all = Float64Array.from(nodes, (node) => thresholdByNode[node]).sort();
  // Equal also for 0 and -0, which compare alike.
  return all.filter((value, position) => position === 0 || value !== all[position - 1]);
}

function thresholdSlot(feature: number, missing: number, own: Float64Array, hasTwin: boolean): CodeSlot {
  const steps = 32 - Math.clz32(own.length);
  const thresholds = new Float64Array(2 ** steps - 1).fill(Number.POSITIVE_INFINITY);
  thresholds.set(own);
  return { kind: "thresholds", feature, missing, thresholds, steps, hasTwin };
}

function countBelow(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
