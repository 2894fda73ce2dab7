import type { TreeEnsemble } from "../model/model.js";
import { type SplitCodes, splitCodes } from "../trees/split-codes.js";
import { type ExplainedTree, ExplainMachine } from "./explain-machine.js";
import { expectedOutputs, grownTree, TableBudget } from "./explained-trees.js";

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
    const all = Array.from(trees.rootByTree, (_, tree) => grownTree(trees, tree));
    const budget = new TableBudget(trees);
    this.plan = splitCodes(trees, 1);
    this.base = expectedOutputs(
      trees,
      all.map(({ paths }) => paths),
    );
    this.byQuadrature = all.filter(({ paths: { nodeCount } }) => nodeCount > 1);
    this.byTables = this.byQuadrature.map((own) => budget.withPattern(own));
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
