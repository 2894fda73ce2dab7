import { AnsweringMemory } from "../kernels/answering.js";
import type { AnsweringKernels } from "../kernels/answering-kernels.js";
import type { TreeEnsemble } from "../model/model.js";
import { goesLeft, valueForTrees } from "./route.js";
import { depthOfTree, holdsFloat32, visitHeap } from "./tree-shape.js";
import { valuesOfNode } from "./walk-trees.js";

const HIGHEST_HEAP = 8;
/** All trees are as deep as the deepest: with more memory than this, walking them as they stand is as quick. */
const MOST_BYTES = 16_777_216;

/** One row through an ensemble; equal to `walkTreesOfRow` to the bit. */
export interface RowPredictor {
  predict(row: Float64Array, out: Float64Array): void;
}

/** Lays an ensemble out; null where its sums are such that only a plain walk has their bits. */
export function prepareRowPredictor(trees: TreeEnsemble, isPlain?: boolean): RowPredictor | null {
  if (trees.precision === "float32" && !holdsFloat32(trees)) return null;
  const depth = trees.rootByTree.reduce((most, root) => Math.max(most, depthOfTree(trees, root)), 0);
  const isShallow = depth <= HIGHEST_HEAP && bytesOf(trees, depth, 0) <= MOST_BYTES;
  return isShallow ? new HeapPredictor(trees, depth, isPlain) : new WalkPredictor(trees);
}

/** What nodes compare: a feature with what stands for a missing value, or whether its category is in a set. */
export interface Entry {
  readonly feature: number;
  /** Goes the way of what is missing, whatever the threshold. */
  readonly missing: number;
  /** A node that asks for a set of categories; -1: none. */
  readonly setNode: number;
}

/** Writes the numbers that nodes compare: a row goes right where one is above the node's threshold, 0 for a set. */
export function fillEntries(trees: TreeEnsemble, entries: readonly Entry[], row: Float64Array, values: Float64Array): void {
  for (let position = 0; position < entries.length; position++) {
    const { feature, missing, setNode } = entries[position];
    const value = valueForTrees(trees, feature, row[feature]);
    if (setNode >= 0) values[position] = goesLeft(trees, setNode, value) ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    else values[position] = Number.isNaN(value) ? missing : value;
  }
}

/** Trees as they stand: for deep ones. */
class WalkPredictor implements RowPredictor {
  private readonly entries: readonly Entry[];
  /** -1 for a leaf. */
  private readonly entryByNode: Int32Array;
  private readonly thresholdByNode: Float64Array;
  private readonly values: Float64Array;
  private readonly sums: Float32Array | Float64Array;

  constructor(private readonly trees: TreeEnsemble) {
    const { entries, entryByNode } = entriesOf(trees);
    this.entries = entries;
    this.entryByNode = entryByNode;
    this.thresholdByNode = trees.thresholdByNode.map((threshold, node) => (trees.categorySetByNode[node] >= 0 ? 0 : threshold));
    this.values = new Float64Array(entries.length);
    this.sums = trees.precision === "float32" ? new Float32Array(trees.outputCount) : new Float64Array(trees.outputCount);
  }

  predict(row: Float64Array, out: Float64Array): void {
    const { trees, entries, entryByNode, thresholdByNode, values, sums } = this;
    const { rootByTree, outputByTree, leftByNode, rightByNode, valueByNode, baseByOutput, outputCount } = trees;
    const perNode = valuesOfNode(trees);
    fillEntries(trees, entries, row, values);
    sums.set(baseByOutput);
    for (let tree = 0; tree < rootByTree.length; tree++) {
      let node = rootByTree[tree];
      for (let entry = entryByNode[node]; entry >= 0; entry = entryByNode[node])
        node = values[entry] > thresholdByNode[node] ? rightByNode[node] : leftByNode[node];
      // A sum in a Float32Array is rounded as it is stored.
      const only = outputByTree[tree];
      if (only >= 0) sums[only] += valueByNode[node * perNode];
      else for (let output = 0; output < outputCount; output++) sums[output] += valueByNode[node * perNode + output];
    }
    for (let output = 0; output < outputCount; output++) out[output] = sums[output];
  }
}

/** Complete heaps of one depth in the memory of the kernels. */
class HeapPredictor implements RowPredictor {
  private readonly entries: readonly Entry[];
  private readonly values: Float64Array;
  private readonly sums: Float32Array | Float64Array;
  private readonly addRow: AnsweringKernels["addRowDouble"];
  private readonly depth: number;
  private readonly valuesPerLeaf: number;
  private readonly address: { nodes: number; leaves: number; targets: number };

  constructor(
    private readonly trees: TreeEnsemble,
    depth: number,
    isPlain: boolean | undefined,
  ) {
    const { entries, entryByNode } = entriesOf(trees);
    const memory = new AnsweringMemory(bytesOf(trees, depth, entries.length), isPlain);
    const { buffer, kernels } = memory;
    const isFloat = trees.precision === "float32";
    const numbers = isFloat ? Float32Array : Float64Array;
    const perLeaf = valuesOfNode(trees);
    const count = trees.rootByTree.length;
    const inner = 2 ** depth - 1;
    const nodes = memory.take(count * inner * 16);
    const leaves = memory.take(count * (inner + 1) * perLeaf * numbers.BYTES_PER_ELEMENT);
    const targets = memory.take(count * 4);
    const thresholds = new Float64Array(buffer, nodes, count * inner * 2).fill(Number.POSITIVE_INFINITY);
    const words = new Int32Array(buffer, nodes, count * inner * 4);
    const leafValues = new numbers(buffer, leaves, count * (inner + 1) * perLeaf);
    trees.rootByTree.forEach((root, tree) => {
      for (let place = tree * inner; place < (tree + 1) * inner; place++) words[place * 4 + 2] = 0;
      const visitSplit = (place: number, node: number): void => {
        const at = tree * inner + place;
        thresholds[at * 2] = trees.categorySetByNode[node] >= 0 ? 0 : trees.thresholdByNode[node];
        words[at * 4 + 2] = entryByNode[node] * 8;
      };
      visitHeap(trees, root, depth, visitSplit, (leaf, node) =>
        leafValues.set(trees.valueByNode.subarray(node * perLeaf, (node + 1) * perLeaf), (tree * (inner + 1) + leaf) * perLeaf),
      );
    });
    this.sums = new numbers(buffer, memory.take(trees.outputCount * 8), trees.outputCount);
    new Int32Array(buffer, targets, count).set(
      trees.outputByTree.map((output) => Math.max(0, output) * numbers.BYTES_PER_ELEMENT),
    );
    this.values = new Float64Array(buffer, memory.take(Math.max(1, entries.length) * 8), Math.max(1, entries.length));
    this.entries = entries;
    this.addRow = isFloat ? kernels.addRowFloat : kernels.addRowDouble;
    this.depth = depth;
    this.valuesPerLeaf = perLeaf;
    this.address = { nodes, leaves, targets };
  }

  predict(row: Float64Array, out: Float64Array): void {
    const { trees, entries, values, sums, depth, valuesPerLeaf } = this;
    fillEntries(trees, entries, row, values);
    for (let output = 0; output < sums.length; output++) sums[output] = trees.baseByOutput[output];
    const { nodes, leaves, targets } = this.address;
    this.addRow(nodes, trees.rootByTree.length, depth, leaves, valuesPerLeaf, targets, values.byteOffset, sums.byteOffset);
    for (let output = 0; output < sums.length; output++) out[output] = sums[output];
  }
}

/** What the nodes of an ensemble compare: -1 for a leaf. */
export function entriesOf(trees: TreeEnsemble): { entries: Entry[]; entryByNode: Int32Array } {
  const entries: Entry[] = [];
  const entryByNode = new Int32Array(trees.featureByNode.length).fill(-1);
  const known = new Map<string, number>();
  trees.featureByNode.forEach((feature, node) => {
    if (feature < 0) return;
    const set = trees.categorySetByNode[node];
    const isMissingLeft = trees.missingLeftByNode[node] === 1;
    const key = `${feature} ${set} ${isMissingLeft}`;
    let entry = known.get(key);
    if (entry === undefined) {
      const missing = isMissingLeft ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      entry = entries.push({ feature, missing, setNode: set >= 0 ? node : -1 }) - 1;
      known.set(key, entry);
    }
    entryByNode[node] = entry;
  });
  return { entries, entryByNode };
}

/** More than the layout takes. */
function bytesOf(trees: TreeEnsemble, depth: number, entries: number): number {
  const perLeaf = valuesOfNode(trees) * 8;
  return trees.rootByTree.length * (2 ** depth * (16 + perLeaf) + 4) + (trees.outputCount + entries + 1) * 8 + 6 * 16;
}
