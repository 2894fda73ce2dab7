import type { TreeEnsemble } from "../model/model.js";
import { splitCodes } from "../trees/split-codes.js";
import { type ExplainedTree, ExplainMachine } from "./explain-machine.js";
import { expectedOutputs, grownTree, TableBudget } from "./explained-trees.js";
import { RowCodes } from "./row-codes.js";
import { RowLayout } from "./row-layout.js";

/** Exact SHAP of single rows of one ensemble. */
export interface RowExplainer {
  /** [output]: what the ensemble answers when nothing is known of a row. */
  readonly base: Float64Array;
  /**
   * Adds the effects on one row: `effects[output · features + feature]`, the same bits as among very many rows.
   *
   * Cost: O(splits + leaves) for trees with tables; all others as `Explainer`.
   *
   * @param row  one number per feature, NaN = missing
   */
  explain(row: Float64Array, effects: Float64Array): void;
}

/**
 * Makes an ensemble ready for single rows, a tree a step, so that whoever has to answer meanwhile can. The kernels for many
 * rows take 16 at a time, and would be called some thousand times for one.
 *
 * @param isPlain  the twin of the kernels instead of WebAssembly
 */
export function* prepareRowExplainer(trees: TreeEnsemble, isPlain?: boolean): Generator<void, RowExplainer> {
  const budget = new TableBudget(trees);
  const grown: ExplainedTree[] = [];
  for (let tree = 0; tree < trees.rootByTree.length; tree++) {
    const own = grownTree(trees, tree);
    grown.push(own.paths.nodeCount > 1 ? budget.withPattern(own) : own);
    yield;
  }
  const codes = new RowCodes(trees);
  yield;
  const patterned = grown.flatMap(({ tree, paths, pattern }) => (pattern === null ? [] : [{ tree, paths, pattern }]));
  const layout = new RowLayout(trees, codes, patterned, isPlain);
  for (const tree of patterned) {
    layout.add(tree);
    yield;
  }
  const others = grown.filter(({ pattern, paths }) => pattern === null && paths.nodeCount > 1);
  const machine = others.length === 0 ? null : new ExplainMachine(trees, splitCodes(trees, 1), others, isPlain);
  const base = expectedOutputs(
    trees,
    grown.map(({ paths }) => paths),
  );
  return {
    base,
    explain(row, effects) {
      if (machine !== null) machine.explain(lineOf(row), 1, effects);
      codes.fill(row, layout.codes);
      layout.sums.set(effects);
      layout.explain();
      effects.set(layout.sums.subarray(0, effects.length));
    },
  };
}

function lineOf(row: Float64Array): Float64Array[] {
  return Array.from(row, (value) => Float64Array.of(value));
}
