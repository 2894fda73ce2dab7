import type { FeatureMatrix } from "../features/feature-plan.js";
import { AnsweringMemory, paddedBytes } from "../kernels/answering.js";
import type { AnsweringKernels } from "../kernels/answering-kernels.js";
import type { TreeEnsemble } from "../model/model.js";
import { BlockCodes } from "./block-codes.js";
import { type SplitCodes, splitCodes } from "./split-codes.js";
import { depthOfTree, holdsFloat32, visitHeap } from "./tree-shape.js";
import { valuesOfNode } from "./walk-trees.js";

/** Rows whose codes and sums lie in the cache together. */
const BLOCK_ROWS = 1_024;
/** Levels that the kernel compares at once, so that no heap is lower. */
const LOWEST_HEAP = 4;
const HIGHEST_HEAP = 8;
/** A memory of kernels has at most 4 GiB, of which addresses use half. */
const MOST_BYTES = 2 ** 31;

/** A tree in the memory of the kernels: a heap of some depth, or nodes (depth -1) of which the first is the root. */
interface PlacedTree {
  readonly depth: number;
  readonly nodes: number;
  readonly leaves: number;
  readonly firstOutput: number;
}

/** Many rows through an ensemble, block by block; equal to `walkTrees` to the bit. */
export class BlockPredictor {
  private readonly codes: BlockCodes;
  private readonly kernels: AnsweringKernels;
  private readonly sums: Float32Array | Float64Array;
  private readonly scratch: number;
  private readonly placed: readonly PlacedTree[];
  private readonly valuesPerLeaf: number;

  /** Lays an ensemble out; null where its trees are walked as quickly as they stand. */
  static of(trees: TreeEnsemble, isPlain?: boolean): BlockPredictor | null {
    if (trees.rootByTree.length === 0) return null;
    if (trees.precision === "float32" && !holdsFloat32(trees)) return null;
    const bytes = splitCodes(trees, 1);
    const words = splitCodes(trees, 2);
    const plan = bytes.slots.length === words.slots.length ? bytes : words;
    const depths = Array.from(trees.rootByTree, (root) => depthOfTree(trees, root));
    // Every slot costs a row a look-up: with a set of categories at most splits, it is quicker to look where the row goes.
    if (plan.slots.length > depths.reduce((sum, depth) => sum + depth, 64)) return null;
    if (bytesOf(trees, plan, depths) > MOST_BYTES) return null;
    return new BlockPredictor(trees, plan, depths, isPlain);
  }

  private constructor(
    private readonly trees: TreeEnsemble,
    plan: SplitCodes,
    depths: readonly number[],
    isPlain: boolean | undefined,
  ) {
    const memory = new AnsweringMemory(bytesOf(trees, plan, depths), isPlain);
    this.codes = new BlockCodes(memory, plan, BLOCK_ROWS);
    const numbers = trees.precision === "float32" ? Float32Array : Float64Array;
    const length = trees.outputCount * BLOCK_ROWS;
    this.sums = new numbers(memory.buffer, memory.take(length * numbers.BYTES_PER_ELEMENT), length);
    this.scratch = memory.take(16);
    this.kernels = memory.kernels;
    this.valuesPerLeaf = valuesOfNode(trees);
    this.placed = depths.map((depth, tree) => this.place(memory, plan, tree, depth));
    const isSmall = plan.codeBytes === 1;
    const isFloat = trees.precision === "float32";
    const { kernels } = this;
    this.addHeap = isSmall
      ? isFloat
        ? kernels.addHeapByteFloat
        : kernels.addHeapByteDouble
      : isFloat
        ? kernels.addHeapWordFloat
        : kernels.addHeapWordDouble;
    this.addNodes = isSmall
      ? isFloat
        ? kernels.addNodesByteFloat
        : kernels.addNodesByteDouble
      : isFloat
        ? kernels.addNodesWordFloat
        : kernels.addNodesWordDouble;
  }

  private readonly addHeap: AnsweringKernels["addHeapByteDouble"];
  private readonly addNodes: AnsweringKernels["addNodesByteDouble"];

  /** `[output][row]`. The matrix has the ensemble's number of columns. */
  predict({ rowCount, columns }: FeatureMatrix): Float64Array[] {
    const { sums, placed, scratch, valuesPerLeaf } = this;
    const { outputCount, baseByOutput } = this.trees;
    const outputs = Array.from({ length: outputCount }, () => new Float64Array(rowCount));
    const outputBytes = BLOCK_ROWS * sums.BYTES_PER_ELEMENT;
    for (let begin = 0; begin < rowCount; begin += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rowCount - begin);
      this.codes.fill(columns, begin, count);
      for (let output = 0; output < outputCount; output++)
        sums.fill(baseByOutput[output], output * BLOCK_ROWS, output * BLOCK_ROWS + count);
      for (const { depth, nodes, leaves, firstOutput } of placed) {
        const first = sums.byteOffset + firstOutput * outputBytes;
        if (depth < 0) this.addNodes(nodes, valuesPerLeaf, first, outputBytes, count);
        else this.addHeap(nodes, depth, leaves, valuesPerLeaf, first, outputBytes, count, scratch);
      }
      for (let output = 0; output < outputCount; output++)
        outputs[output].set(sums.subarray(output * BLOCK_ROWS, output * BLOCK_ROWS + count), begin);
    }
    return outputs;
  }

  private place(memory: AnsweringMemory, plan: SplitCodes, tree: number, depth: number): PlacedTree {
    const firstOutput = Math.max(0, this.trees.outputByTree[tree]);
    if (depth > HIGHEST_HEAP) return { depth: -1, leaves: 0, firstOutput, nodes: this.placeNodes(memory, plan, tree) };
    return { firstOutput, ...this.placeHeap(memory, plan, tree, Math.max(LOWEST_HEAP, depth)) };
  }

  private placeHeap(memory: AnsweringMemory, plan: SplitCodes, tree: number, depth: number): Omit<PlacedTree, "firstOutput"> {
    const { trees, codes, valuesPerLeaf } = this;
    const size = this.sums.BYTES_PER_ELEMENT;
    const nodes = memory.take((2 ** depth - 1) * 8);
    const leaves = memory.take(2 ** depth * valuesPerLeaf * size);
    const words = new Int32Array(memory.buffer, nodes, (2 ** depth - 1) * 2);
    const values = this.numbersAt(memory, leaves, 2 ** depth * valuesPerLeaf);
    // Where there is no split, any code goes left.
    for (let place = 0; place < words.length; place += 2) words.set([codes.addressOf(0), plan.highest], place);
    const visitSplit = (place: number, node: number): void =>
      words.set([codes.addressOf(plan.slotByNode[node]), plan.codeByNode[node]], place * 2);
    visitHeap(trees, trees.rootByTree[tree], depth, visitSplit, (leaf, node) =>
      values.set(trees.valueByNode.subarray(node * valuesPerLeaf, (node + 1) * valuesPerLeaf), leaf * valuesPerLeaf),
    );
    return { depth, nodes, leaves };
  }

  /** Nodes in the order of levels, siblings side by side; returns the address of the root. */
  private placeNodes(memory: AnsweringMemory, plan: SplitCodes, tree: number): number {
    const { trees, codes, valuesPerLeaf } = this;
    const { featureByNode, leftByNode, rightByNode, valueByNode } = trees;
    const size = this.sums.BYTES_PER_ELEMENT;
    const order = [trees.rootByTree[tree]];
    for (let place = 0; place < order.length; place++)
      if (featureByNode[order[place]] >= 0) order.push(leftByNode[order[place]], rightByNode[order[place]]);
    const nodes = memory.take(order.length * 16);
    const leaves = memory.take(order.length * valuesPerLeaf * size);
    const words = new Int32Array(memory.buffer, nodes, order.length * 4);
    const values = this.numbersAt(memory, leaves, order.length * valuesPerLeaf);
    let child = 1;
    order.forEach((node, place) => {
      const isLeaf = featureByNode[node] < 0;
      const leaf = leaves + place * valuesPerLeaf * size;
      if (isLeaf) words.set([codes.addressOf(0), plan.highest, nodes + place * 16, leaf], place * 4);
      else words.set([codes.addressOf(plan.slotByNode[node]), plan.codeByNode[node], nodes + child * 16, leaf], place * 4);
      if (!isLeaf) child += 2;
      values.set(valueByNode.subarray(node * valuesPerLeaf, (node + 1) * valuesPerLeaf), place * valuesPerLeaf);
    });
    return nodes;
  }

  private numbersAt({ buffer }: AnsweringMemory, address: number, length: number): Float32Array | Float64Array {
    return this.trees.precision === "float32"
      ? new Float32Array(buffer, address, length)
      : new Float64Array(buffer, address, length);
  }
}

/** More than all layouts take. */
function bytesOf(trees: TreeEnsemble, plan: SplitCodes, depths: readonly number[]): number {
  const perLeaf = valuesOfNode(trees) * 8;
  const heaps = depths.reduce(
    (sum, depth) => sum + (depth > HIGHEST_HEAP ? 64 : bytesOfHeap(Math.max(LOWEST_HEAP, depth), perLeaf)),
    0,
  );
  const isDeep = depths.some((depth) => depth > HIGHEST_HEAP);
  const nodes = isDeep ? trees.featureByNode.length * (16 + perLeaf) : 0;
  return BlockCodes.bytes(plan, BLOCK_ROWS) + paddedBytes(trees.outputCount * BLOCK_ROWS * 8) + 16 + heaps + nodes;
}

function bytesOfHeap(depth: number, perLeaf: number): number {
  return 2 ** depth * (8 + perLeaf) + 64;
}
