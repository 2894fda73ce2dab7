import type { TreeEnsemble } from "../model/model.js";
import { fillCodes, type SplitCodes, splitCodes } from "../trees/split-codes.js";
import { addPatternEffects, PatternScratch } from "./pattern-effects.js";
import { patternTree } from "./pattern-groups.js";
import { type PatternPart, type PatternProgram, patternProgram } from "./pattern-program.js";
import { addQuadratureEffects, prepareQuadrature, QuadratureScratch, type QuadratureTree } from "./quadrature-effects.js";
import { type TreePaths, treePaths } from "./tree-paths.js";

/** Rows whose codes and effects lie in the cache together. */
const BLOCK_ROWS = 1_024;
/** 64 MiB of tables at most. */
const MOST_TABLE_NUMBERS = 8_388_608;
/** Numbers of a table that cost as much as one product and sum of the quadrature. */
const TABLE_COST = 8;

/** Exact SHAP of one ensemble, made ready once. */
export class EnsembleExplainer {
  /** [output]: what the ensemble answers when nothing is known of a row. */
  readonly base: Float64Array;
  private readonly codes: SplitCodes;
  private readonly paths: readonly TreePaths[];
  private readonly parts: readonly PatternPart[];
  private readonly quadrature = new Map<number, QuadratureTree>();
  private program: PatternProgram | null = null;

  constructor(private readonly trees: TreeEnsemble) {
    this.codes = splitCodes(trees);
    this.paths = Array.from(trees.rootByTree, (_, tree) => treePaths(trees, tree));
    this.base = expectedOutputs(trees, this.paths);
    this.parts = chooseParts(this.paths, trees);
  }

  /**
   * Adds the effects on all rows: `effects[(row · outputs + output) · features + feature]`.
   *
   * @param rowsInAll  of which these are a part: it decides how they are computed, so that the bits do not depend on parts
   */
  explain(columns: readonly Float64Array[], rowCount: number, rowsInAll: number, effects: Float64Array): void {
    const { trees, codes } = this;
    const tables = this.tablesFor(rowsInAll);
    const tabled = new Set(tables === null ? [] : this.parts.map(({ tree }) => tree));
    const rest = this.paths.flatMap((_, tree) => (tabled.has(tree) ? [] : [this.quadratureOf(tree)]));
    const stride = Math.min(BLOCK_ROWS, rowCount);
    const width = trees.featureCount * trees.outputCount;
    const codesOfBlock = new Int8Array(codes.slots.length * stride);
    const scratch = new QuadratureScratch(rest);
    const byColumn = tables === null ? null : new Float64Array(width * stride);
    const patterns = tables === null ? null : new PatternScratch(tables, stride);
    for (let begin = 0; begin < rowCount; begin += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rowCount - begin);
      fillCodes(codes, columns, begin, count, codesOfBlock, stride);
      for (const tree of rest) {
        for (let row = 0; row < count; row++)
          addQuadratureEffects(tree, codesOfBlock, stride, row, effects, (begin + row) * width, trees.featureCount, scratch);
      }
      if (tables !== null && byColumn !== null && patterns !== null) {
        byColumn.fill(0);
        addPatternEffects(tables, codesOfBlock, count, byColumn, patterns);
        for (let row = 0; row < count; row++)
          for (let column = 0; column < width; column++)
            effects[(begin + row) * width + column] += byColumn[column * stride + row];
      }
    }
  }

  private tablesFor(rows: number): PatternProgram | null {
    if (this.parts.length === 0 || !this.paysFor(rows)) return null;
    this.program ??= patternProgram(this.trees, this.codes, this.parts);
    return this.program;
  }

  private paysFor(rows: number): boolean {
    let numbers = 0;
    let products = 0;
    for (const { paths, pattern } of this.parts) {
      numbers += pattern.tableSize;
      products += (paths.nodeCount * paths.mostFeatures) / 2;
    }
    return rows * products > numbers * TABLE_COST;
  }

  private quadratureOf(tree: number): QuadratureTree {
    let known = this.quadrature.get(tree);
    if (known === undefined) {
      known = prepareQuadrature(this.trees, tree, this.codes, this.paths[tree]);
      this.quadrature.set(tree, known);
    }
    return known;
  }
}

/** Trees that have tables: all that are shallow enough, as long as memory allows. */
function chooseParts(paths: readonly TreePaths[], trees: TreeEnsemble): PatternPart[] {
  let left = MOST_TABLE_NUMBERS;
  return paths.flatMap((own, tree) => {
    if (own.nodeCount === 1) return [];
    const pattern = patternTree(own);
    if (pattern === null) return [];
    const size = pattern.tableSize * (trees.outputByTree[tree] < 0 ? trees.outputCount : 1);
    if (size > left) return [];
    left -= size;
    return [{ tree, paths: own, pattern }];
  });
}

function expectedOutputs(trees: TreeEnsemble, paths: readonly TreePaths[]): Float64Array {
  const base = trees.baseByOutput.slice();
  const perNode = trees.valueByNode.length / trees.featureByNode.length;
  paths.forEach(({ nodeCount, nodeByPlace, rightByPlace, reachByPlace }, tree) => {
    const only = trees.outputByTree[tree];
    for (let place = 0; place < nodeCount; place++) {
      if (rightByPlace[place] > 0) continue;
      const value = nodeByPlace[place] * perNode;
      if (only >= 0) base[only] += reachByPlace[place] * trees.valueByNode[value];
      else
        for (let output = 0; output < base.length; output++)
          base[output] += reachByPlace[place] * trees.valueByNode[value + output];
    }
  });
  return base;
}
