import { errors } from "../errors.js";
import type { FittedModel, OutputSpace, TreeEnsemble } from "../model/model.js";
import { valuesOfNode } from "../trees/predict.js";
import { float32Text, leastFloat32Above } from "./float32.js";

const LARGEST = 3.4028234663852886e38;

/** An objective whose answers mean what ours do, with the `base_score` that is the margin 0. */
const OBJECTIVES: Readonly<Record<OutputSpace, { readonly objective: object; readonly base: string }>> = {
  value: { objective: regression("reg:squarederror"), base: "0E0" },
  log1p: { objective: regression("reg:squarederror"), base: "0E0" },
  pathLength: { objective: regression("reg:squarederror"), base: "0E0" },
  probability: { objective: regression("reg:squarederror"), base: "0E0" },
  exp: { objective: regression("reg:gamma"), base: "1E0" },
  logOdds: { objective: regression("binary:logistic"), base: "5E-1" },
  softmax: { objective: { name: "multi:softprob" }, base: "0E0" },
};

function regression(name: string): object {
  return { name, reg_loss_param: { scale_pos_weight: "1" } };
}

/** What XGBoost shows of the columns. */
export interface ColumnFacts {
  readonly names: readonly string[];
  readonly categoryCounts?: readonly (number | null)[];
}

/**
 * The trees of a model as a JSON file that `xgboost.Booster(model_file=…)` loads (XGBoost 1.6 or later). Thresholds move
 * to the neighbouring float32 that sends every float32 row the same way; leaves are rounded to float32, as its sums are.
 * A model that was imported from XGBoost keeps every bit of its margins.
 *
 * Its predictions are ours in the spaces `value`, `exp`, `logOdds` and `softmax`; the logarithm in `log1p`; one target per
 * class in `probability`; the path length in `pathLength`. Columns are those of the matrix: encoders are not included.
 * Cost: O(nodes).
 *
 * @throws LEARN_EXPORT_UNSUPPORTED for linear models, and where zero counts as missing
 * @see tools/interop.mjs, which loads it in xgboost 3.2.0
 */
export function exportXgboostJson(model: FittedModel, columns: ColumnFacts): string {
  const { trees, space, classes } = model;
  if (model.linear !== null) throw errors.EXPORT_UNSUPPORTED({ format: "XGBoost", what: "a linear part" });
  if (trees.zeroIsMissingByFeature.includes(1))
    throw errors.EXPORT_UNSUPPORTED({ format: "XGBoost", what: "a column whose zeros count as missing" });
  const codeCounts = codeCountsOf(trees, columns.categoryCounts);
  const parts = treeParts(trees);
  const file = {
    learner: {
      attributes: { atalaya_space: space, ...(classes === null ? {} : { atalaya_classes: JSON.stringify(classes) }) },
      // XGBoost refuses names with these characters.
      feature_names: columns.names.map((name) => name.replace(/[[\]<]/g, "_")),
      feature_types: codeCounts.map((count) => (count === null ? "float" : "c")),
      gradient_booster: {
        model: {
          gbtree_model_param: { num_parallel_tree: "1", num_trees: String(parts.length) },
          iteration_indptr: iterationEnds(parts, trees.outputCount),
          tree_info: parts.map(({ output }) => output),
          trees: [],
        },
        name: "gbtree",
      },
      learner_model_param: {
        base_score: OBJECTIVES[space].base,
        boost_from_average: "1",
        num_class: space === "softmax" ? String(trees.outputCount) : "0",
        num_feature: String(trees.featureCount),
        num_target: space === "probability" ? String(trees.outputCount) : "1",
      },
      objective:
        space === "softmax"
          ? { name: "multi:softprob", softmax_multiclass_param: { num_class: String(trees.outputCount) } }
          : OBJECTIVES[space].objective,
    },
    version: [2, 0, 0],
  };
  const written = parts.map((part, id) => writeTree(trees, id, part, codeCounts));
  // No text in the file can hold these quotes unescaped.
  return `${JSON.stringify(file).replace('"trees":[]', () => `"trees":[${written.join(",")}]`)}\n`;
}

/** A tree of XGBoost's, which adds to one output. */
interface TreePart {
  /** -1: a tree of one leaf, for an output that no tree adds to. */
  readonly root: number;
  readonly output: number;
  /** Which of a leaf's values it adds. */
  readonly value: number;
  /** Start value of the output in one of its trees, else 0: as XGBoost's `base_score` it would be rounded twice. */
  readonly base: number;
}

function treeParts({ rootByTree, outputByTree, outputCount, baseByOutput, precision }: TreeEnsemble): TreePart[] {
  const all = Array.from({ length: outputCount }, (_, output) => output);
  const parts = Array.from(rootByTree).flatMap((root, tree) =>
    outputByTree[tree] >= 0
      ? [{ root, output: outputByTree[tree], value: 0 }]
      : all.map((output) => ({ root, output, value: output })),
  );
  const outputs = new Set(parts.map(({ output }) => output));
  for (const output of all) if (!outputs.has(output)) parts.push({ root: -1, output, value: 0 });
  // XGBoost starts with the base. Ours comes last, so that float32 sums stay small, and exact, as long as they can.
  const carriers = new Map<number, number>();
  parts.forEach(({ output }, index) => {
    if (precision === "float64" || !carriers.has(output)) carriers.set(output, index);
  });
  return parts.map((part, index) => ({ ...part, base: carriers.get(part.output) === index ? baseByOutput[part.output] : 0 }));
}

/** Rounds of one tree per output where the trees come in such rounds, else a single one. */
function iterationEnds(parts: readonly TreePart[], outputCount: number): number[] {
  const areRounds = parts.length % outputCount === 0 && parts.every(({ output }, index) => output === index % outputCount);
  if (!areRounds) return [0, parts.length];
  return Array.from({ length: parts.length / outputCount + 1 }, (_, round) => round * outputCount);
}

/** By column: codes that any of its sets tells apart, null for a number. */
function codeCountsOf(trees: TreeEnsemble, given?: readonly (number | null)[]): (number | null)[] {
  const counts = Array.from({ length: trees.featureCount }, (_, column) => given?.[column] ?? null);
  trees.featureByNode.forEach((feature, node) => {
    const set = trees.categorySetByNode[node];
    if (feature < 0 || set < 0) return;
    const words = trees.categorySetStart[set + 1] - trees.categorySetStart[set];
    counts[feature] = Math.max(counts[feature] ?? 0, words * 32);
  });
  return counts;
}

/** One tree as JSON, its nodes numbered breadth first as XGBoost does. */
function writeTree(
  trees: TreeEnsemble,
  id: number,
  { root, value, base }: TreePart,
  codeCounts: readonly (number | null)[],
): string {
  const order = [root];
  const parents = [2_147_483_647];
  const left: number[] = [];
  const right: number[] = [];
  for (let place = 0; place < order.length; place++) {
    const node = order[place];
    const isLeaf = node < 0 || trees.featureByNode[node] < 0;
    left.push(isLeaf ? -1 : order.length);
    right.push(isLeaf ? -1 : order.length + 1);
    if (isLeaf) continue;
    order.push(trees.leftByNode[node], trees.rightByNode[node]);
    parents.push(place, place);
  }
  const isInner = order.map((_, place) => left[place] >= 0);
  const leaf = (node: number) => base + (node < 0 ? 0 : trees.valueByNode[node * valuesOfNode(trees) + value]);
  const floats = {
    base_weights: order.map((node, place) => (isInner[place] ? 0 : leaf(node))),
    loss_changes: order.map((node) => (node < 0 ? 0 : Math.min(LARGEST, trees.gainByNode[node]))),
    split_conditions: order.map((node, place) => (isInner[place] ? conditionOf(trees, node) : leaf(node))),
    sum_hessian: order.map((node) => (node < 0 ? 0 : Math.min(LARGEST, trees.coverByNode[node]))),
  };
  const rest = {
    id,
    ...categoriesOf(trees, order, codeCounts),
    default_left: order.map((node, place) => (isInner[place] ? trees.missingLeftByNode[node] : 0)),
    left_children: left,
    parents,
    right_children: right,
    split_indices: order.map((node, place) => (isInner[place] ? trees.featureByNode[node] : 0)),
    split_type: order.map((node, place) => (isInner[place] && trees.categorySetByNode[node] >= 0 ? 1 : 0)),
    tree_param: {
      num_deleted: "0",
      num_feature: String(trees.featureCount),
      num_nodes: String(order.length),
      size_leaf_vector: "1",
    },
  };
  const written = Object.entries(floats).map(([name, values]) => `"${name}":[${values.map(floatText).join(",")}]`);
  return `{${written.join(",")},${JSON.stringify(rest).slice(1)}`;
}

function floatText(value: number): string {
  if (Math.abs(value) > LARGEST) throw errors.EXPORT_UNSUPPORTED({ format: "XGBoost", what: `the number ${value}` });
  return float32Text(value);
}

/** Threshold of a node as the `<` of XGBoost. Only the largest float32 itself cannot be sent left. */
function conditionOf(trees: TreeEnsemble, node: number): number {
  if (trees.categorySetByNode[node] >= 0) return 0;
  return Math.max(-LARGEST, Math.min(LARGEST, leastFloat32Above(trees.thresholdByNode[node])));
}

/** XGBoost lists the codes that go right. Those past a set's end go where missing values go, those past the list left. */
function categoriesOf(trees: TreeEnsemble, order: readonly number[], codeCounts: readonly (number | null)[]): object {
  const { categorySetByNode, categorySetStart, categoryWords, featureByNode, missingLeftByNode } = trees;
  const categories: number[] = [];
  const nodes: number[] = [];
  const segments: number[] = [];
  const sizes: number[] = [];
  order.forEach((node, place) => {
    const set = node < 0 || featureByNode[node] < 0 ? -1 : categorySetByNode[node];
    if (set < 0) return;
    const start = categorySetStart[set];
    const end = (categorySetStart[set + 1] - start) * 32;
    const goesLeft = (code: number) =>
      code < end ? ((categoryWords[start + (code >> 5)] >>> (code & 31)) & 1) === 1 : missingLeftByNode[node] === 1;
    nodes.push(place);
    segments.push(categories.length);
    for (let code = 0; code < (codeCounts[featureByNode[node]] ?? 0); code++) if (!goesLeft(code)) categories.push(code);
    sizes.push(categories.length - segments[segments.length - 1]);
  });
  return { categories, categories_nodes: nodes, categories_segments: segments, categories_sizes: sizes };
}
