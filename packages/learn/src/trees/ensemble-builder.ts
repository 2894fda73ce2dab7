import type { TreeEnsemble } from "../model/model.js";
import { enlarged } from "./enlarged.js";
import { thresholdsOnly } from "./thresholds-only.js";

/** Growing node arrays; `finish` gives the ensemble, cut to size. */
export class EnsembleBuilder {
  nodeCount = 0;
  treeCount = 0;
  private capacity = 1024;
  private feature = new Int32Array(this.capacity);
  private threshold = new Float64Array(this.capacity);
  private left = new Int32Array(this.capacity);
  private right = new Int32Array(this.capacity);
  private missingLeft = new Uint8Array(this.capacity);
  private cover = new Float64Array(this.capacity);
  private gain = new Float64Array(this.capacity);
  private value: Float64Array;
  private categorySet = new Int32Array(this.capacity).fill(-1);
  private readonly sets: Int32Array[] = [];
  private readonly roots: number[] = [];
  private readonly outputs: number[] = [];

  /** @param valuesPerNode  1, or the number of outputs where a leaf adds to all of them */
  constructor(
    private readonly featureCount: number,
    private readonly base: Float64Array,
    private readonly valuesPerNode: number,
  ) {
    this.value = new Float64Array(this.capacity * valuesPerNode);
  }

  /** Starts a tree; its root is a leaf until it is split. `output` -1: leaves add to every output. */
  startTree(output: number): number {
    this.outputs.push(output);
    this.treeCount++;
    const root = this.addLeaf();
    this.roots.push(root);
    return root;
  }

  addLeaf(): number {
    if (this.nodeCount === this.capacity) this.enlarge();
    const node = this.nodeCount++;
    this.feature[node] = -1;
    this.left[node] = -1;
    this.right[node] = -1;
    this.threshold[node] = 0;
    this.missingLeft[node] = 0;
    this.categorySet[node] = -1;
    this.cover[node] = 0;
    this.gain[node] = 0;
    this.value.fill(0, node * this.valuesPerNode, (node + 1) * this.valuesPerNode);
    return node;
  }

  /** Makes a leaf a split with two new leaves, left at the returned index, right behind it. */
  split(node: number, feature: number, threshold: number, missingLeft: boolean, gain: number): number {
    const left = this.addLeaf();
    const right = this.addLeaf();
    this.feature[node] = feature;
    this.threshold[node] = threshold;
    this.missingLeft[node] = missingLeft ? 1 : 0;
    this.gain[node] = gain;
    this.left[node] = left;
    this.right[node] = right;
    return left;
  }

  /** As `split`, by category: codes whose bit is set in `words` go left. */
  splitBySet(node: number, feature: number, words: Int32Array, missingLeft: boolean, gain: number): number {
    const left = this.split(node, feature, 0, missingLeft, gain);
    this.categorySet[node] = this.sets.length;
    this.sets.push(words);
    return left;
  }

  /** Puts the trees of another ensemble of the same shape in front; before the first tree is started. */
  append(trees: TreeEnsemble): void {
    for (let tree = 0; tree < trees.rootByTree.length; tree++) {
      const begin = trees.rootByTree[tree];
      const end = tree + 1 < trees.rootByTree.length ? trees.rootByTree[tree + 1] : trees.featureByNode.length;
      const first = this.startTree(trees.outputByTree[tree]);
      for (let node = begin + 1; node < end; node++) this.addLeaf();
      for (let node = begin; node < end; node++) this.copyNode(trees, node, first + node - begin, first - begin);
    }
  }

  private copyNode(trees: TreeEnsemble, from: number, to: number, offset: number): void {
    const { valuesPerNode } = this;
    this.cover[to] = trees.coverByNode[from];
    for (let output = 0; output < valuesPerNode; output++) {
      this.value[to * valuesPerNode + output] = trees.valueByNode[from * valuesPerNode + output];
    }
    if (trees.featureByNode[from] < 0) return;
    this.feature[to] = trees.featureByNode[from];
    this.threshold[to] = trees.thresholdByNode[from];
    this.missingLeft[to] = trees.missingLeftByNode[from];
    this.gain[to] = trees.gainByNode[from];
    this.left[to] = trees.leftByNode[from] + offset;
    this.right[to] = trees.rightByNode[from] + offset;
    const set = trees.categorySetByNode[from];
    if (set < 0) return;
    this.categorySet[to] = this.sets.length;
    this.sets.push(trees.categoryWords.slice(trees.categorySetStart[set], trees.categorySetStart[set + 1]));
  }

  setCover(node: number, cover: number): void {
    this.cover[node] = cover;
  }

  setValue(node: number, value: number, output = 0): void {
    this.value[node * this.valuesPerNode + output] = value;
  }

  /** Covers of the inner nodes of the last tree from those of its leaves; children always lie behind their parent. */
  sumCovers(): void {
    const root = this.roots[this.treeCount - 1];
    for (let node = this.nodeCount - 1; node >= root; node--) {
      if (this.feature[node] >= 0) this.cover[node] = this.cover[this.left[node]] + this.cover[this.right[node]];
    }
  }

  /** Forgets all trees from `treeCount` on. */
  truncate(treeCount: number): void {
    if (treeCount >= this.treeCount) return;
    const firstSet = this.categorySet.subarray(this.roots[treeCount], this.nodeCount).find((set) => set >= 0);
    this.nodeCount = this.roots[treeCount];
    if (firstSet !== undefined) this.sets.length = firstSet;
    this.roots.length = treeCount;
    this.outputs.length = treeCount;
    this.treeCount = treeCount;
  }

  finish(): TreeEnsemble {
    const end = this.nodeCount;
    return {
      featureCount: this.featureCount,
      outputCount: this.base.length,
      rootByTree: Int32Array.from(this.roots),
      outputByTree: Int32Array.from(this.outputs),
      featureByNode: this.feature.slice(0, end),
      thresholdByNode: this.threshold.slice(0, end),
      leftByNode: this.left.slice(0, end),
      rightByNode: this.right.slice(0, end),
      missingLeftByNode: this.missingLeft.slice(0, end),
      valueByNode: this.value.slice(0, end * this.valuesPerNode),
      coverByNode: this.cover.slice(0, end),
      gainByNode: this.gain.slice(0, end),
      baseByOutput: this.base.slice(),
      ...thresholdsOnly(end),
      ...this.categories(end),
    };
  }

  private categories(end: number): Pick<TreeEnsemble, "categorySetByNode" | "categorySetStart" | "categoryWords"> {
    const categorySetStart = new Int32Array(this.sets.length + 1);
    for (let set = 0; set < this.sets.length; set++) categorySetStart[set + 1] = categorySetStart[set] + this.sets[set].length;
    const categoryWords = new Int32Array(categorySetStart[this.sets.length]);
    for (let set = 0; set < this.sets.length; set++) categoryWords.set(this.sets[set], categorySetStart[set]);
    return { categorySetByNode: this.categorySet.slice(0, end), categorySetStart, categoryWords };
  }

  private enlarge(): void {
    this.capacity *= 2;
    const { capacity } = this;
    this.feature = enlarged(this.feature, new Int32Array(capacity));
    this.threshold = enlarged(this.threshold, new Float64Array(capacity));
    this.left = enlarged(this.left, new Int32Array(capacity));
    this.right = enlarged(this.right, new Int32Array(capacity));
    this.missingLeft = enlarged(this.missingLeft, new Uint8Array(capacity));
    this.categorySet = enlarged(this.categorySet, new Int32Array(capacity).fill(-1));
    this.cover = enlarged(this.cover, new Float64Array(capacity));
    this.gain = enlarged(this.gain, new Float64Array(capacity));
    this.value = enlarged(this.value, new Float64Array(capacity * this.valuesPerNode));
  }
}
