import type { TreeEnsemble } from "../model/model.js";
import { type SplitCodes, splitCodes } from "../trees/split-codes.js";
import { type ExplainedTree, ExplainMachine } from "./explain-machine.js";
import { patternTree } from "./pattern-groups.js";
import { type TreePaths, treePaths } from "./tree-paths.js";

/** Most numbers in tables: 64 MiB. */
const MOST_TABLE_NUMBERS = 8_388_608;
/** A number in a table costs as much to make as so many products of the quadrature. */
const TABLE_COST = 11;
/** Bytes of a machine that is kept; a larger ensemble is laid out part by part, anew at every call. */
const MOST_BYTES = 268_435_456;

/** Exact SHAP of one ensemble, made ready once. */
export class EnsembleExplainer {
  /** [output]: what the ensemble answers when nothing is known of a row. */
  readonly base: Float64Array;
  private readonly plan: SplitCodes;
  private readonly byTables: readonly ExplainedTree[];
  private readonly byQuadrature: readonly ExplainedTree[];
  private readonly kept = new Map<readonly ExplainedTree[], ExplainMachine>();

  /** @param isPlain  the twin of the kernels instead of WebAssembly */
  constructor(
    private readonly trees: TreeEnsemble,
    private readonly isPlain?: boolean,
  ) {
    const paths = Array.from(trees.rootByTree, (_, tree) => treePaths(trees, tree));
    this.plan = splitCodes(trees, 1);
    this.base = expectedOutputs(trees, paths);
    const grown = paths
      .map((own, tree) => ({ tree, paths: own, pattern: null }))
      .filter(({ paths: { nodeCount } }) => nodeCount > 1);
    this.byQuadrature = grown;
    this.byTables = withPatterns(trees, grown);
  }

  /**
   * Adds the effects on all rows: `effects[(row · outputs + output) · features + feature]`.
   *
   * @param rowsInAll  of which these are a part: it decides how they are computed, so that the bits do not depend on parts
   */
  explain(columns: readonly Float64Array[], rowCount: number, rowsInAll: number, effects: Float64Array): void {
    const explained = this.paysForTables(rowsInAll) ? this.byTables : this.byQuadrature;
    if (explained.length === 0 || rowCount === 0) return;
    const known = this.kept.get(explained);
    if (known !== undefined) {
      known.explain(columns, rowCount, effects);
      return;
    }
    const parts = partsOf(this.trees, explained);
    for (const part of parts) {
      const machine = new ExplainMachine(this.trees, this.plan, part, this.isPlain);
      if (parts.length === 1) this.kept.set(explained, machine);
      machine.explain(columns, rowCount, effects);
    }
  }

  private paysForTables(rows: number): boolean {
    let numbers = 0;
    let products = 0;
    for (const { paths, pattern } of this.byTables) {
      if (pattern === null) continue;
      numbers += pattern.tableSize;
      products += (paths.nodeCount * paths.mostFeatures) / 2;
    }
    return rows * products > numbers * TABLE_COST;
  }
}

/** The trees, with tables where they are shallow enough, as long as memory allows. */
function withPatterns(trees: TreeEnsemble, all: readonly ExplainedTree[]): ExplainedTree[] {
  let left = MOST_TABLE_NUMBERS;
  return all.map((own) => {
    const pattern = patternTree(own.paths);
    if (pattern === null) return own;
    const size = pattern.tableSize * (trees.outputByTree[own.tree] < 0 ? trees.outputCount : 1);
    if (size > left) return own;
    left -= size;
    return { ...own, pattern };
  });
}

function partsOf(trees: TreeEnsemble, explained: readonly ExplainedTree[]): ExplainedTree[][] {
  const parts: ExplainedTree[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const tree of explained) {
    const own = ExplainMachine.bytes(trees, tree);
    if (bytes + own > MOST_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    bytes += own;
    parts[parts.length - 1].push(tree);
  }
  return parts;
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
