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
    }
  | {
      readonly kind: "categories";
      readonly feature: number;
      readonly missing: number;
      readonly words: Int32Array;
      /** Codes of members and others. */
      readonly left: number;
      readonly right: number;
    };

/** Questions about one feature. */
interface Questions {
  readonly feature: number;
  readonly isMissingLeft: boolean;
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
  const slots: CodeSlot[] = [];
  const slotByNode = new Int32Array(trees.featureByNode.length).fill(-1);
  const highest = codeBytes === 1 ? 127 : 32_767;
  const lowest = -highest - 1;
  const codeByNode = new Int32Array(slotByNode.length).fill(highest);
  for (const { feature, isMissingLeft, set, nodes } of questionsOf(trees)) {
    const missing = isMissingLeft ? lowest : highest;
    const first = slots.length;
    if (set >= 0) {
      const words = trees.categoryWords.subarray(trees.categorySetStart[set], trees.categorySetStart[set + 1]);
      slots.push({ kind: "categories", feature, missing, words, left: lowest, right: highest });
      for (const node of nodes) {
        slotByNode[node] = first;
        codeByNode[node] = 0;
      }
      continue;
    }
    const most = highest - lowest;
    const distinct = distinctThresholds(trees, nodes);
    for (let begin = 0; begin < distinct.length; begin += most)
      slots.push(thresholdSlot(feature, missing, distinct.subarray(begin, begin + most)));
    for (const node of nodes) {
      const rank = countBelow(distinct, trees.thresholdByNode[node]);
      slotByNode[node] = first + Math.floor(rank / most);
      codeByNode[node] = (rank % most) + lowest;
    }
  }
  const { precision, zeroIsMissingByFeature } = trees;
  return { slots, slotByNode, codeByNode, codeBytes, highest, isFloat32: precision === "float32", zeroIsMissingByFeature };
}

/** Nodes by what they ask, sorted by feature. */
function questionsOf(trees: TreeEnsemble): Questions[] {
  const byKey = new Map<string, Questions>();
  for (let node = 0; node < trees.featureByNode.length; node++) {
    const feature = trees.featureByNode[node];
    if (feature < 0) continue;
    const set = trees.categorySetByNode[node];
    const isMissingLeft = trees.missingLeftByNode[node] === 1;
    const key = `${feature} ${set} ${isMissingLeft}`;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { feature, isMissingLeft, set, nodes: [node] });
    else known.nodes.push(node);
  }
  return [...byKey.values()].sort((first, second) => first.feature - second.feature);
}

function distinctThresholds({ thresholdByNode }: TreeEnsemble, nodes: readonly number[]): Float64Array {
  const all = Float64Array.from(nodes, (node) => thresholdByNode[node]).sort();
  // Equal also for 0 and -0, which compare alike.
  return all.filter((value, position) => position === 0 || value !== all[position - 1]);
}

function thresholdSlot(feature: number, missing: number, own: Float64Array): CodeSlot {
  const steps = 32 - Math.clz32(own.length);
  const thresholds = new Float64Array(2 ** steps - 1).fill(Number.POSITIVE_INFINITY);
  thresholds.set(own);
  return { kind: "thresholds", feature, missing, thresholds, steps };
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
