import { checkTrees } from "../bundle/check-trees.js";
import type { HeaderReader } from "../bundle/header-reader.js";
import type { TreeEnsemble } from "../model/model.js";

/** One node of another library's tree, with that library's numbers of its children. */
export type ForeignNode =
  | { readonly kind: "leaf"; readonly value: number; readonly cover: number }
  | {
      readonly kind: "split";
      readonly feature: number;
      /** A row goes left when its value is at most this (float64). */
      readonly threshold: number;
      /** Words of the codes that go left; null where the threshold decides. */
      readonly categories: Int32Array | null;
      readonly missingLeft: boolean;
      readonly left: number;
      readonly right: number;
      readonly cover: number;
      readonly gain: number;
    };

/** Words of category sets that a file may have, 64 MB: a code of 16 million takes 2 MB at every node that names it. */
const MOST_WORDS = 1 << 24;

/** Collects the trees of a foreign model file; their children come to lie side by side behind their parents. */
export class ForeignTrees {
  private readonly roots: number[] = [];
  private readonly outputs: number[] = [];
  private readonly feature: number[] = [];
  private readonly threshold: number[] = [];
  private readonly left: number[] = [];
  private readonly right: number[] = [];
  private readonly missingLeft: number[] = [];
  private readonly value: number[] = [];
  private readonly cover: number[] = [];
  private readonly gain: number[] = [];
  private readonly setByNode: number[] = [];
  private readonly setStart: number[] = [0];
  private readonly sets: Int32Array[] = [];
  private wordCount = 0;

  /**
   * Adds the tree whose node `root` is; `read` gives its nodes, of which there are `nodeCount`. Nodes that nothing leads
   * to are left out. `reader` names the tree in errors: a cycle, two ways to one node, too many category words.
   */
  add(output: number, root: number, nodeCount: number, read: (node: number) => ForeignNode, reader: HeaderReader): void {
    this.outputs.push(output);
    this.roots.push(this.feature.length);
    const seen = new Set<number>();
    const open = [{ foreign: root, own: this.addLeaf() }];
    for (let next = 0; next < open.length; next++) {
      const { foreign, own } = open[next];
      if (seen.has(foreign) || seen.size >= nodeCount) throw reader.fail(`leads to node ${foreign} twice`);
      seen.add(foreign);
      const node = read(foreign);
      this.cover[own] = node.cover;
      if (node.kind === "leaf") {
        this.value[own] = node.value;
        continue;
      }
      this.feature[own] = node.feature;
      this.threshold[own] = node.threshold;
      this.missingLeft[own] = node.missingLeft ? 1 : 0;
      this.gain[own] = node.gain;
      if (node.categories !== null) this.setByNode[own] = this.addSet(node.categories, reader);
      this.left[own] = this.addLeaf();
      this.right[own] = this.addLeaf();
      open.push({ foreign: node.left, own: this.left[own] }, { foreign: node.right, own: this.right[own] });
    }
  }

  /** The ensemble, checked as one of a model file is. */
  finish(
    facts: Pick<TreeEnsemble, "featureCount" | "baseByOutput" | "precision"> & { readonly zeroIsMissing: Uint8Array },
    reader: HeaderReader,
  ): TreeEnsemble {
    const categoryWords = new Int32Array(this.wordCount);
    this.sets.forEach((words, set) => {
      categoryWords.set(words, this.setStart[set]);
    });
    const trees: TreeEnsemble = {
      featureCount: facts.featureCount,
      outputCount: facts.baseByOutput.length,
      rootByTree: Int32Array.from(this.roots),
      outputByTree: Int32Array.from(this.outputs),
      featureByNode: Int32Array.from(this.feature),
      thresholdByNode: Float64Array.from(this.threshold),
      leftByNode: Int32Array.from(this.left),
      rightByNode: Int32Array.from(this.right),
      missingLeftByNode: Uint8Array.from(this.missingLeft),
      categorySetByNode: Int32Array.from(this.setByNode),
      categorySetStart: Int32Array.from(this.setStart),
      categoryWords,
      zeroIsMissingByFeature: facts.zeroIsMissing,
      valueByNode: Float64Array.from(this.value),
      coverByNode: Float64Array.from(this.cover),
      gainByNode: Float64Array.from(this.gain),
      baseByOutput: facts.baseByOutput,
      precision: facts.precision,
    };
    checkTrees(trees, reader);
    return trees;
  }

  private addLeaf(): number {
    this.feature.push(-1);
    this.threshold.push(0);
    this.left.push(-1);
    this.right.push(-1);
    this.missingLeft.push(0);
    this.value.push(0);
    this.cover.push(0);
    this.gain.push(0);
    this.setByNode.push(-1);
    return this.feature.length - 1;
  }

  private addSet(words: Int32Array, reader: HeaderReader): number {
    this.wordCount += words.length;
    if (this.wordCount > MOST_WORDS) throw reader.fail(`has category sets of more than ${MOST_WORDS * 32} codes`);
    this.sets.push(words);
    this.setStart.push(this.wordCount);
    return this.sets.length - 1;
  }
}
