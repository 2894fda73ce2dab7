import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FittedModel, LinearPart, TreeEnsemble } from "../model/model.js";
import { BlockPredictor } from "./block-predictor.js";
import { prepareRowPredictor, type RowPredictor } from "./row-predictor.js";
import { walkTrees, walkTreesOfRow } from "./walk-trees.js";

export { valuesOfNode } from "./walk-trees.js";

/** Laying out a node costs as much as so many steps of a row. */
const LAYOUT_STEPS = 20;
/** Rough number of steps through a tree: what it is worth to lay an ensemble out is all that hangs on it. */
const STEPS_PER_TREE = 6;

/** Layouts live as long as their ensembles. */
const blocks = new WeakMap<TreeEnsemble, BlockPredictor | null>();
const rows = new WeakMap<TreeEnsemble, RowPredictor | null>();

/**
 * Raw outputs of a model: `[output][row]`, in the model's `space`. What depends on the model alone is made at its first use
 * with many rows, and kept as long as the model.
 *
 * Cost: O(rows · trees · depth). Pure.
 *
 * @throws LEARN_FEATURE_COUNT_MISMATCH
 */
export function predictRaw(model: FittedModel, matrix: FeatureMatrix): Float64Array[] {
  return predictEnsemble(model.trees, matrix, model.linear);
}

/** As `predictRaw`, for an ensemble (and what is linear beside it) alone. */
export function predictEnsemble(trees: TreeEnsemble, matrix: FeatureMatrix, linear: LinearPart | null = null): Float64Array[] {
  checkFeatureCount(trees, matrix.columns.length);
  const block = linear === null && paysToLayOut(trees, matrix.rowCount) ? blockPredictor(trees) : null;
  return block?.predict(matrix) ?? walkTrees(trees, matrix, linear);
}

/**
 * Raw outputs of one row, written to `out`. The path of one request: nothing is allocated, but for the layout at the first
 * call.
 *
 * @param row  one number per feature, NaN = missing
 * @param out  one number per output
 * @throws LEARN_FEATURE_COUNT_MISMATCH
 */
export function predictRow({ trees, linear }: FittedModel, row: Float64Array, out: Float64Array): void {
  checkFeatureCount(trees, row.length);
  const own = linear === null ? rowPredictor(trees) : null;
  if (own === null) walkTreesOfRow(trees, row, linear, out);
  else own.predict(row, out);
}

export function checkFeatureCount(trees: TreeEnsemble, got: number): void {
  if (got !== trees.featureCount) throw errors.FEATURE_COUNT_MISMATCH({ expected: trees.featureCount, got });
}

function paysToLayOut(trees: TreeEnsemble, rowCount: number): boolean {
  if (blocks.has(trees)) return rowCount > 0;
  return rowCount * trees.rootByTree.length * STEPS_PER_TREE > trees.featureByNode.length * LAYOUT_STEPS;
}

function blockPredictor(trees: TreeEnsemble): BlockPredictor | null {
  let known = blocks.get(trees);
  if (known === undefined) {
    known = BlockPredictor.of(trees);
    blocks.set(trees, known);
  }
  return known;
}

function rowPredictor(trees: TreeEnsemble): RowPredictor | null {
  let known = rows.get(trees);
  if (known === undefined) {
    known = prepareRowPredictor(trees);
    rows.set(trees, known);
  }
  return known;
}
