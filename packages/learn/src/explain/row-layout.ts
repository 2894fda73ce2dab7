import { AnsweringMemory, paddedBytes } from "../kernels/answering.js";
import type { TreeEnsemble } from "../model/model.js";
import type { PatternGroup, PatternTree } from "./pattern-groups.js";
import { fillPatternTables } from "./pattern-tables.js";
import { leafValues } from "./quadrature-tree.js";
import type { RowCodes } from "./row-codes.js";
import type { TreePaths } from "./tree-paths.js";

/** Most features of a group, as its pattern is a byte. A line of a table has as many numbers: it is one line of the cache. */
const LINE = 8;
/** Most splits of a group. */
const SPLITS = 3;
const STEP_WORDS = 6;
const GROUP_WORDS = 11;
const LOOKUP_WORDS = 2 + LINE;

/** A tree that is looked up in tables. */
export interface PatternedTree {
  readonly tree: number;
  readonly paths: TreePaths;
  readonly pattern: PatternTree;
}

/** Trees with patterns laid out behind each other for the kernel `explainRow`. */
export class RowLayout {
  /** Of the row to be explained, by entry. */
  readonly codes: Int32Array;
  /** Effects by output and feature, and behind them what numbers that a line has too many are added to. */
  readonly sums: Float64Array;
  private readonly memory: AnsweringMemory;
  private readonly words: Int32Array;
  private readonly counts: Counts;
  private readonly address: { steps: number; masks: number; groups: number; patterns: number; lookups: number; tables: number };
  private readonly used: Counts = { steps: 0, masks: 0, groups: 0, lookups: 0, lines: 0 };

  /** @param isPlain  the twin of the kernels instead of WebAssembly */
  constructor(
    private readonly trees: TreeEnsemble,
    private readonly rowCodes: RowCodes,
    patterned: readonly PatternedTree[],
    isPlain?: boolean,
  ) {
    const counts = countsOf(trees, patterned);
    const columns = trees.featureCount * trees.outputCount + 1;
    const { entryCount } = rowCodes;
    const memory = new AnsweringMemory(bytesOf(counts) + paddedBytes(entryCount * 4) + paddedBytes(columns * 8), isPlain);
    this.memory = memory;
    this.counts = counts;
    this.words = new Int32Array(memory.buffer);
    this.codes = new Int32Array(memory.buffer, memory.take(entryCount * 4), entryCount);
    this.sums = new Float64Array(memory.buffer, memory.take(columns * 8), columns);
    this.address = {
      steps: memory.take(counts.steps * STEP_WORDS * 4),
      masks: memory.take(counts.masks),
      groups: memory.take(counts.groups * GROUP_WORDS * 4),
      patterns: memory.take(counts.groups),
      lookups: memory.take(counts.lookups * LOOKUP_WORDS * 4),
      tables: memory.take(counts.lines * LINE * 8 + LINE * 8),
    };
    // Lines that begin where those of the cache do.
    this.address.tables = Math.ceil(this.address.tables / 64) * 64;
    // No step writes the mask of a root.
    new Uint8Array(memory.buffer, this.address.masks, counts.masks).fill(255);
  }

  /** Cost: that of the tree's tables. */
  add({ tree, paths, pattern }: PatternedTree): void {
    const { trees, used, address } = this;
    const firstMask = address.masks + used.masks;
    for (const { place, bit, mask, leftMask, rightMask } of pattern.steps) {
      const at = address.steps / 4 + used.steps++ * STEP_WORDS;
      const masks = [firstMask + mask, firstMask + leftMask, firstMask + rightMask];
      this.words.set([...this.questionAt(paths, place, 1 << bit), ...masks], at);
    }
    const outputs = outputsOfTree(trees, tree);
    const narrow = new Float64Array(pattern.tableSize * outputs);
    fillPatternTables(paths, pattern, leafValues(trees, tree, paths), narrow);
    let from = 0;
    for (const group of pattern.groups) {
      this.addGroup(paths, group, firstMask);
      const numbers = group.features.length << bitsOf(group);
      for (let output = 0; output < outputs; output++, from += numbers) {
        this.addLookup(group, Math.max(0, trees.outputByTree[tree]) + output, narrow.subarray(from, from + numbers));
      }
    }
    used.masks += pattern.maskCount;
  }

  /** Adds the effects on the row whose codes are there to `sums`. */
  explain(): void {
    const { steps, groups, patterns, lookups } = this.address;
    const { counts } = this;
    this.memory.kernels.explainRow(steps, counts.steps, groups, counts.groups, patterns, lookups, counts.lookups);
  }

  private addGroup(paths: TreePaths, { mask, featuresAbove, splits }: PatternGroup, firstMask: number): void {
    const at = this.address.groups / 4 + this.used.groups++ * GROUP_WORDS;
    this.words.set([firstMask + mask, (1 << featuresAbove) - 1], at);
    for (let own = 0; own < SPLITS; own++) {
      // A split that is not there sets no bit.
      const question =
        own < splits.length ? this.questionAt(paths, splits[own], 1 << (featuresAbove + own)) : [this.codes.byteOffset, 0, 0];
      this.words.set(question, at + 2 + own * 3);
    }
  }

  private addLookup({ features }: PatternGroup, output: number, narrow: Float64Array): void {
    const { trees, used, address, sums } = this;
    const table = address.tables + used.lines * LINE * 8;
    const columns = Array.from({ length: LINE }, (_, own) => {
      const column = own < features.length ? output * trees.featureCount + features[own] : sums.length - 1;
      return sums.byteOffset + column * 8;
    });
    const at = address.lookups / 4 + used.lookups++ * LOOKUP_WORDS;
    this.words.set([address.patterns + used.groups - 1, table, ...columns], at);
    const lines = narrow.length / features.length;
    const wide = new Float64Array(this.memory.buffer, table, lines * LINE);
    for (let line = 0; line < lines; line++) {
      for (let own = 0; own < features.length; own++) wide[line * LINE + own] = narrow[line * features.length + own];
    }
    used.lines += lines;
  }

  private questionAt({ nodeByPlace }: TreePaths, place: number, bit: number): [code: number, limit: number, bit: number] {
    const node = nodeByPlace[place];
    return [this.codes.byteOffset + this.rowCodes.entryByNode[node] * 4, this.rowCodes.limitByNode[node], bit];
  }
}

interface Counts {
  steps: number;
  masks: number;
  groups: number;
  lookups: number;
  lines: number;
}

function countsOf(trees: TreeEnsemble, patterned: readonly PatternedTree[]): Counts {
  const counts = { steps: 0, masks: 0, groups: 0, lookups: 0, lines: 0 };
  for (const { tree, pattern } of patterned) {
    const outputs = outputsOfTree(trees, tree);
    counts.steps += pattern.steps.length;
    counts.masks += pattern.maskCount;
    counts.groups += pattern.groups.length;
    counts.lookups += pattern.groups.length * outputs;
    for (const group of pattern.groups) counts.lines += outputs << bitsOf(group);
  }
  return counts;
}

function bytesOf({ steps, masks, groups, lookups, lines }: Counts): number {
  const parts = [
    steps * STEP_WORDS * 4,
    masks,
    groups * GROUP_WORDS * 4,
    groups,
    lookups * LOOKUP_WORDS * 4,
    (lines + 2) * LINE * 8,
  ];
  return parts.reduce((sum, bytes) => sum + paddedBytes(bytes), 0);
}

function bitsOf({ featuresAbove, splits }: PatternGroup): number {
  return featuresAbove + splits.length;
}

/** Outputs that a tree adds to. */
function outputsOfTree({ outputByTree, outputCount }: TreeEnsemble, tree: number): number {
  return outputByTree[tree] < 0 ? outputCount : 1;
}
