import type { TreeEnsemble } from "../model/model.js";
import { ZERO_WITHIN } from "./route.js";

/** Thresholds that one byte can tell apart: a code is their number below the value, 0 … 255, less 128. */
const MOST_THRESHOLDS = 255;
const LOWEST = -128;
const HIGHEST = 127;

/**
 * The questions that an ensemble asks of a row, each feature's compared once instead of at every node: a row has one signed
 * byte, its code, per slot, and goes right at a node when `code > codeByNode[node]`.
 *
 * A slot is up to 255 thresholds of one feature whose missing values go the same way, or one set of categories.
 */
export interface SplitCodes {
  readonly featureCount: number;
  readonly slots: readonly CodeSlot[];
  /** Slot that a node reads; -1 for a leaf. */
  readonly slotByNode: Int32Array;
  readonly codeByNode: Int8Array;
  /** Whether values are rounded to float32 before they are compared. */
  readonly isFloat32: boolean;
  /** [features], or empty: those of which zero counts as missing. */
  readonly zeroIsMissingByFeature: Uint8Array;
}

export type CodeSlot =
  | {
      readonly kind: "thresholds";
      readonly feature: number;
      readonly missing: number;
      /** Ascending, padded with Infinity to 2^steps − 1: halving needs no test of the end. */
      readonly thresholds: Float64Array;
      readonly steps: number;
    }
  | { readonly kind: "categories"; readonly feature: number; readonly missing: number; readonly words: Int32Array };

/** Finds the slots of an ensemble. Cost: O(nodes · log nodes). */
export function splitCodes(trees: TreeEnsemble): SplitCodes {
  const nodeCount = trees.featureByNode.length;
  const slots: CodeSlot[] = [];
  const slotByNode = new Int32Array(nodeCount).fill(-1);
  const codeByNode = new Int8Array(nodeCount).fill(HIGHEST);
  const groups = new Map<number, number[]>();
  const slotBySet = new Map<string, number>();
  for (let node = 0; node < nodeCount; node++) {
    const feature = trees.featureByNode[node];
    if (feature < 0) continue;
    if (trees.categorySetByNode[node] >= 0) {
      slotByNode[node] = categorySlot(trees, node, slotBySet, slots);
      codeByNode[node] = 0;
      continue;
    }
    const key = feature * 2 + trees.missingLeftByNode[node];
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  for (const [key, nodes] of groups) addThresholds(trees, key >> 1, (key & 1) === 1, nodes, { slots, slotByNode, codeByNode });
  const { featureCount, zeroIsMissingByFeature } = trees;
  return { featureCount, slots, slotByNode, codeByNode, isFloat32: trees.precision === "float32", zeroIsMissingByFeature };
}

function categorySlot(trees: TreeEnsemble, node: number, slotBySet: Map<string, number>, slots: CodeSlot[]): number {
  const feature = trees.featureByNode[node];
  const set = trees.categorySetByNode[node];
  const isMissingLeft = trees.missingLeftByNode[node] === 1;
  const key = `${feature} ${set} ${isMissingLeft}`;
  let slot = slotBySet.get(key);
  if (slot === undefined) {
    const words = trees.categoryWords.subarray(trees.categorySetStart[set], trees.categorySetStart[set + 1]);
    slot = slots.push({ kind: "categories", feature, missing: isMissingLeft ? LOWEST : HIGHEST, words }) - 1;
    slotBySet.set(key, slot);
  }
  return slot;
}

/** Slots of the nodes that ask one feature and send its missing values one way. */
function addThresholds(
  { thresholdByNode }: TreeEnsemble,
  feature: number,
  isMissingLeft: boolean,
  nodes: readonly number[],
  { slots, slotByNode, codeByNode }: { slots: CodeSlot[]; slotByNode: Int32Array; codeByNode: Int8Array },
): void {
  const all = Float64Array.from(nodes, (node) => thresholdByNode[node]).sort();
  // Equal also for 0 and -0, which compare alike.
  const distinct = all.filter((value, position) => position === 0 || value !== all[position - 1]);
  const first = slots.length;
  for (let begin = 0; begin < distinct.length; begin += MOST_THRESHOLDS) {
    const own = distinct.subarray(begin, begin + MOST_THRESHOLDS);
    const steps = 32 - Math.clz32(own.length);
    const thresholds = new Float64Array((1 << steps) - 1).fill(Number.POSITIVE_INFINITY);
    thresholds.set(own);
    slots.push({ kind: "thresholds", feature, missing: isMissingLeft ? LOWEST : HIGHEST, thresholds, steps });
  }
  for (const node of nodes) {
    const rank = countBelow(distinct, thresholdByNode[node]);
    slotByNode[node] = first + Math.floor(rank / MOST_THRESHOLDS);
    codeByNode[node] = (rank % MOST_THRESHOLDS) + LOWEST;
  }
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

/**
 * Codes of rows `begin` … `begin + count - 1`: `codes[slot · stride + row - begin]`.
 *
 * @param columns  the matrix, [column][row], NaN = missing
 */
export function fillCodes(
  { slots, isFloat32, zeroIsMissingByFeature }: SplitCodes,
  columns: readonly Float64Array[],
  begin: number,
  count: number,
  codes: Int8Array,
  stride: number,
): void {
  slots.forEach((slot, position) => {
    const own = codes.subarray(position * stride, position * stride + count);
    const values = columns[slot.feature].subarray(begin, begin + count);
    if (slot.kind === "categories") codeCategories(isFloat32 ? Float32Array.from(values) : values, slot, own);
    else codeThresholds(isFloat32 ? Float32Array.from(values) : values, slot, own);
    if (zeroIsMissingByFeature[slot.feature] === 1) markZeros(values, isFloat32, slot.missing, own);
  });
}

function codeThresholds(
  values: Float64Array | Float32Array,
  { thresholds, steps, missing }: Extract<CodeSlot, { kind: "thresholds" }>,
  codes: Int8Array,
): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    let below = 0;
    for (let half = 1 << (steps - 1); half > 0; half >>= 1) if (thresholds[below + half - 1] < value) below += half;
    codes[row] = Number.isNaN(value) ? missing : below + LOWEST;
  }
}

/** As `goesLeft` of route.ts has it: a value is cut to a whole number, and missing past the last bit or below 0. */
function codeCategories(
  values: Float64Array | Float32Array,
  { words, missing }: Extract<CodeSlot, { kind: "categories" }>,
  codes: Int8Array,
): void {
  const end = words.length * 32;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    const code = Math.trunc(value);
    if (!(code >= 0 && code < end)) codes[row] = missing;
    else codes[row] = ((words[code >> 5] >>> (code & 31)) & 1) === 1 ? LOWEST : HIGHEST;
  }
}

function markZeros(values: Float64Array, isFloat32: boolean, missing: number, codes: Int8Array): void {
  for (let row = 0; row < values.length; row++) {
    const value = isFloat32 ? Math.fround(values[row]) : values[row];
    if (value >= -ZERO_WITHIN && value <= ZERO_WITHIN) codes[row] = missing;
  }
}
