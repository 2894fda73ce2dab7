import { AnsweringMemory, paddedBytes } from "../kernels/answering.js";
import type { TreeEnsemble } from "../model/model.js";
import { BlockCodes } from "../trees/block-codes.js";
import type { SplitCodes } from "../trees/split-codes.js";
import type { PatternTree } from "./pattern-groups.js";
import { QuadratureTree } from "./quadrature-tree.js";
import { TabledTree, type TableScratch } from "./tabled-tree.js";
import type { TreePaths } from "./tree-paths.js";

/** A tree and how its effects are computed: by tables where there is a pattern, else by quadrature. */
export interface ExplainedTree {
  readonly tree: number;
  readonly paths: TreePaths;
  readonly pattern: PatternTree | null;
}

/** Rows whose codes and effects lie in the cache together; more where tables are read again for every block. */
const ROWS_BY_QUADRATURE = 64;
const ROWS_BY_TABLES = 1_024;

/** Some trees of an ensemble laid out for the kernels. */
export class ExplainMachine {
  private readonly codes: BlockCodes;
  private readonly quadrature: readonly QuadratureTree[];
  private readonly tabled: readonly TabledTree[];
  private readonly stride: number;
  private readonly columnCount: number;
  private readonly effects: Float64Array;
  private readonly tableScratch: TableScratch;
  private readonly quadratureScratch: number;

  /** Bytes of memory that a tree needs. */
  static bytes(trees: TreeEnsemble, { tree, paths, pattern }: ExplainedTree): number {
    return pattern === null ? QuadratureTree.bytes(trees, tree, paths) : TabledTree.bytes(trees, tree, pattern);
  }

  constructor(trees: TreeEnsemble, plan: SplitCodes, explained: readonly ExplainedTree[], isPlain?: boolean) {
    const stride = explained.some(({ pattern }) => pattern !== null) ? ROWS_BY_TABLES : ROWS_BY_QUADRATURE;
    const columnCount = trees.featureCount * trees.outputCount;
    const masks = explained.reduce((most, { pattern }) => Math.max(most, pattern?.maskCount ?? 0), 1) * stride;
    const scratch = explained.reduce((most, { paths }) => Math.max(most, QuadratureTree.scratchBytes(paths)), 0);
    const own = explained.reduce((sum, tree) => sum + ExplainMachine.bytes(trees, tree), 0);
    const buffers = paddedBytes(columnCount * stride * 8) + masks + stride + scratch;
    const memory = new AnsweringMemory(BlockCodes.bytes(plan, stride) + buffers + own, isPlain);
    const codes = new BlockCodes(memory, plan, stride);
    this.effects = new Float64Array(memory.buffer, memory.take(columnCount * stride * 8), columnCount * stride);
    this.tableScratch = { masks: memory.take(masks), patterns: memory.take(stride) };
    this.quadratureScratch = memory.take(scratch);
    new Uint8Array(memory.buffer, this.tableScratch.masks, stride).fill(255);
    const { byteOffset } = this.effects;
    this.quadrature = explained.flatMap(({ tree, paths, pattern }) =>
      pattern === null ? [new QuadratureTree(memory, trees, tree, plan, codes, paths, stride * 8)] : [],
    );
    this.tabled = explained.flatMap(({ tree, paths, pattern }) =>
      pattern === null ? [] : [new TabledTree(memory, trees, tree, plan, codes, paths, pattern, byteOffset, stride * 8)],
    );
    this.codes = codes;
    this.stride = stride;
    this.columnCount = columnCount;
  }

  /** Adds the effects on all rows: `effects[row · columns + column]`, a column per output and feature. */
  explain(columns: readonly Float64Array[], rowCount: number, effects: Float64Array): void {
    const { stride, columnCount } = this;
    for (let begin = 0; begin < rowCount; begin += stride) {
      const count = Math.min(stride, rowCount - begin);
      this.codes.fill(columns, begin, count);
      for (let column = 0; column < columnCount; column++) this.effects.fill(0, column * stride, column * stride + count);
      for (const tree of this.quadrature) tree.add(this.effects.byteOffset, count, this.quadratureScratch);
      for (const tree of this.tabled) tree.add(count, stride, this.tableScratch);
      for (let row = 0; row < count; row++) {
        const to = (begin + row) * columnCount;
        for (let column = 0; column < columnCount; column++) effects[to + column] += this.effects[column * stride + row];
      }
    }
  }
}
