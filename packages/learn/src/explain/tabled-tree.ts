import { type AnsweringMemory, paddedBytes } from "../kernels/answering.js";
import type { TreeEnsemble } from "../model/model.js";
import type { BlockCodes } from "../trees/block-codes.js";
import type { SplitCodes } from "../trees/split-codes.js";
import type { PatternGroup, PatternTree } from "./pattern-groups.js";
import { fillPatternTables } from "./pattern-tables.js";
import { leafValues } from "./quadrature-tree.js";
import type { TreePaths } from "./tree-paths.js";

/** Buffers that trees share, one after the other. */
export interface TableScratch {
  readonly masks: number;
  readonly patterns: number;
}

/** A shallow tree whose effects are looked up by what a row does at its splits. */
export class TabledTree {
  private readonly tables: number;
  /** Addresses of the columns of each group and output. */
  private readonly columns: number;
  private readonly outputs: number;

  /** Bytes that the constructor takes. */
  static bytes(trees: TreeEnsemble, tree: number, { tableSize, groups }: PatternTree): number {
    const outputs = outputsOf(trees, tree);
    return paddedBytes(tableSize * outputs * 8) + paddedBytes(groups.length * outputs * 32);
  }

  /** @param effects  where the columns begin, one per output and feature */
  constructor(
    private readonly memory: AnsweringMemory,
    trees: TreeEnsemble,
    tree: number,
    private readonly plan: SplitCodes,
    private readonly codes: BlockCodes,
    private readonly paths: TreePaths,
    private readonly pattern: PatternTree,
    effects: number,
    columnBytes: number,
  ) {
    this.outputs = outputsOf(trees, tree);
    const size = pattern.tableSize * this.outputs;
    this.tables = memory.take(size * 8);
    this.columns = memory.take(pattern.groups.length * this.outputs * 32);
    fillPatternTables(paths, pattern, leafValues(trees, tree, paths), new Float64Array(memory.buffer, this.tables, size));
    const words = new Int32Array(memory.buffer, this.columns, pattern.groups.length * this.outputs * 8);
    const first = Math.max(0, trees.outputByTree[tree]);
    pattern.groups.forEach(({ features }, group) => {
      for (let output = 0; output < this.outputs; output++) {
        const column = (feature: number): number => effects + ((first + output) * trees.featureCount + feature) * columnBytes;
        words.set(features.map(column), (group * this.outputs + output) * 8);
      }
    });
  }

  /** Adds the effects on the first rows of the block. Cost: O(rows · (splits + Σ features of a group)). */
  add(count: number, stride: number, { masks, patterns }: TableScratch): void {
    const { kernels } = this.memory;
    for (const { place, bit, mask, leftMask, rightMask } of this.pattern.steps) {
      const left = masks + leftMask * stride;
      const right = masks + rightMask * stride;
      kernels.followSplit(this.codesAt(place), this.codeAt(place), 1 << bit, masks + mask * stride, left, right, count);
    }
    let table = this.tables;
    let columns = this.columns;
    for (const group of this.pattern.groups) {
      this.makePatterns(group, masks + group.mask * stride, patterns, count);
      const width = group.features.length;
      const bytes = (width << (group.featuresAbove + group.splits.length)) * 8;
      for (let output = 0; output < this.outputs; output++) {
        kernels.addGroup(patterns, table, width, columns, count);
        table += bytes;
        columns += 32;
      }
    }
  }

  private makePatterns({ featuresAbove, splits }: PatternGroup, mask: number, patterns: number, count: number): void {
    // A split that is not there reads the codes of one that is, or of any slot.
    const [first = 0, second = first, third = first] = splits;
    this.memory.kernels.makePatterns(
      mask,
      featuresAbove,
      splits.length,
      this.codesAt(first),
      this.codeAt(first),
      this.codesAt(second),
      this.codeAt(second),
      this.codesAt(third),
      this.codeAt(third),
      patterns,
      count,
    );
  }

  private codesAt(place: number): number {
    return this.codes.addressOf(Math.max(0, this.plan.slotByNode[this.paths.nodeByPlace[place]]));
  }

  private codeAt(place: number): number {
    return this.plan.codeByNode[this.paths.nodeByPlace[place]];
  }
}

function outputsOf({ outputByTree, outputCount }: TreeEnsemble, tree: number): number {
  return outputByTree[tree] < 0 ? outputCount : 1;
}
