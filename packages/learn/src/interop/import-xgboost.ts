import { log } from "../arithmetic/logarithm.js";
import type { HeaderReader } from "../bundle/header-reader.js";
import type { FittedModel, OutputSpace, TreeEnsemble } from "../model/model.js";
import { previousFloat32 } from "./float32.js";
import { type ForeignNode, ForeignTrees } from "./foreign-trees.js";
import {
  classesFor,
  featureNamesOr,
  foreignReader,
  type ImportedModel,
  MOST_CLASSES,
  MOST_FEATURES,
  unsupported,
} from "./imported-model.js";
import { readUbjson } from "./ubjson.js";
import { readCategories, setOfLeftCodes } from "./xgboost-categories.js";

/** How each objective's margin is meant, and how its `base_score` becomes a margin. */
const OBJECTIVES: Readonly<Record<string, { readonly space: OutputSpace; readonly base: "margin" | "logit" | "log" }>> = {
  "reg:squarederror": { space: "value", base: "margin" },
  "reg:linear": { space: "value", base: "margin" },
  "reg:absoluteerror": { space: "value", base: "margin" },
  "reg:squaredlogerror": { space: "value", base: "margin" },
  "reg:pseudohubererror": { space: "value", base: "margin" },
  "reg:quantileerror": { space: "value", base: "margin" },
  "rank:pairwise": { space: "value", base: "margin" },
  "rank:ndcg": { space: "value", base: "margin" },
  "rank:map": { space: "value", base: "margin" },
  "reg:logistic": { space: "logOdds", base: "logit" },
  "binary:logistic": { space: "logOdds", base: "logit" },
  "binary:logitraw": { space: "logOdds", base: "margin" },
  "multi:softprob": { space: "softmax", base: "margin" },
  "multi:softmax": { space: "softmax", base: "margin" },
  "count:poisson": { space: "exp", base: "log" },
  "reg:gamma": { space: "exp", base: "log" },
  "reg:tweedie": { space: "exp", base: "log" },
  "survival:cox": { space: "exp", base: "log" },
  "survival:aft": { space: "exp", base: "log" },
};

/**
 * A model that XGBoost saved as JSON (`save_model("model.json")`), all of its trees: raw outputs are its margins
 * (`output_margin=True`) bit for bit on float32 rows, in its float32 arithmetic. Categories are codes; a code that no
 * training row can have had counts as missing. Cost: O(characters).
 *
 * @throws LEARN_IMPORT_BROKEN, LEARN_IMPORT_UNSUPPORTED (dart, gblinear, several targets, objectives without a like)
 * @see goldens/xgboost-json (xgboost 3.2.0, equal to the bit)
 */
export function importXgboostJson(text: string): ImportedModel {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch {
    throw foreignReader("XGBoost", null, "file").fail("is not JSON");
  }
  return importXgboost(foreignReader("XGBoost", parsed, "model"));
}

/**
 * As `importXgboostJson`, of the same model saved as UBJSON (`save_model("model.ubj")`, XGBoost's default).
 *
 * @throws LEARN_IMPORT_BROKEN, LEARN_IMPORT_UNSUPPORTED
 */
export function importXgboostUbjson(bytes: Uint8Array): ImportedModel {
  return importXgboost(foreignReader("XGBoost", readUbjson(bytes, foreignReader("XGBoost", null, "file")), "model"));
}

function importXgboost(file: HeaderReader): ImportedModel {
  const learner = file.field("learner");
  const parameters = learner.field("learner_model_param");
  const objective = learner.field("objective").field("name").text();
  const meaning = Object.hasOwn(OBJECTIVES, objective) ? OBJECTIVES[objective] : undefined;
  if (meaning === undefined) throw unsupported("XGBoost", `the objective ${JSON.stringify(objective)}`);
  const booster = learner.field("gradient_booster");
  const boosterName = booster.field("name").text();
  if (boosterName !== "gbtree") throw unsupported("XGBoost", `the booster ${JSON.stringify(boosterName)}`);
  if (optionalCount(parameters, "num_target", 1) > 1) throw unsupported("XGBoost", "several targets");
  const featureCount = count(parameters, "num_feature", 0, MOST_FEATURES);
  const outputCount = Math.max(1, optionalCount(parameters, "num_class", 0));
  if ((meaning.space === "softmax") !== outputCount > 1)
    throw parameters.fail(`has ${outputCount} outputs for the objective ${objective}`);
  const model = booster.field("model");
  const categories = readCategories(model, featureCount);
  const names = learner.field("feature_names");
  const given = names.value === undefined ? [] : names.texts();
  if (given.length !== 0 && given.length !== featureCount)
    throw names.fail(`has ${given.length} entries instead of ${featureCount}`);
  const baseByOutput = baseMargins(parameters.field("base_score"), outputCount, meaning.base);
  const trees = readTrees(model, { featureCount, baseByOutput, codeCounts: categories.codeCounts });
  return {
    model: fittedModel(trees, meaning.space, { objective, importedFrom: versionOf(file) }),
    featureNames: featureNamesOr(given, featureCount),
    categoryCounts: categories.codeCounts,
    levels: categories.levels,
  };
}

function fittedModel(trees: TreeEnsemble, space: OutputSpace, facts: Readonly<Record<string, string>>): FittedModel {
  return {
    learner: "gradientBoosting",
    parameters: { ...facts, trees: trees.rootByTree.length },
    trees,
    space,
    classes: classesFor(space, trees.outputCount),
    isolation: null,
    linear: null,
  };
}

function versionOf(file: HeaderReader): string {
  const version = file.field("version");
  return version.value === undefined ? "xgboost" : `xgboost ${version.numbers().join(".")}`;
}

/** XGBoost writes the numbers of its parameters as text. */
function count(reader: HeaderReader, name: string, least: number, most: number): number {
  const text = reader.field(name).text();
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) throw reader.field(name).fail(`is no whole number from ${least} to ${most}`);
  return number;
}

function optionalCount(reader: HeaderReader, name: string, otherwise: number): number {
  return reader.field(name).value === undefined ? otherwise : count(reader, name, 0, MOST_CLASSES);
}

/** `base_score` is one number, or since 3.1 a list of one, or of one per class. */
function baseMargins(reader: HeaderReader, outputCount: number, kind: "margin" | "logit" | "log"): Float64Array {
  const inner = reader.text().replace(/^\[(.*)\]$/, "$1");
  const scores = inner.split(",").map((part) => Math.fround(part.trim() === "" ? Number.NaN : Number(part)));
  if (scores.length !== 1 && scores.length !== outputCount)
    throw reader.fail(`has ${scores.length} entries instead of ${outputCount}`);
  const margins = Float64Array.from({ length: outputCount }, (_, output) => {
    const score = scores[scores.length === 1 ? 0 : output];
    if (kind === "margin") return score;
    // In the steps and the precision of XGBoost: -logf(1 / p - 1).
    if (kind === "logit") return 0 - Math.fround(log(Math.fround(Math.fround(1 / score) - 1)));
    return Math.fround(log(score));
  });
  if (margins.some((margin) => !Number.isFinite(margin))) throw reader.fail("gives no finite margin");
  return margins;
}

interface TreeFacts {
  readonly featureCount: number;
  readonly baseByOutput: Float64Array;
  readonly codeCounts: readonly (number | null)[];
}

function readTrees(model: HeaderReader, { featureCount, baseByOutput, codeCounts }: TreeFacts): TreeEnsemble {
  const list = model.field("trees").list();
  const outputs = model.field("tree_info").numbers(list.length);
  const trees = new ForeignTrees();
  list.forEach((tree, index) => {
    const output = outputs[index];
    if (!Number.isInteger(output) || output < 0 || output >= baseByOutput.length)
      throw model.field("tree_info").fail(`gives tree ${index} to the output ${output} of ${baseByOutput.length}`);
    const nodes = treeNodes(tree, codeCounts);
    trees.add(output, 0, nodes.count, nodes.read, tree);
  });
  const facts = { featureCount, baseByOutput, precision: "float32", zeroIsMissing: new Uint8Array(0) } as const;
  return trees.finish(facts, model);
}

function treeNodes(tree: HeaderReader, codeCounts: readonly (number | null)[]) {
  const width = tree.field("tree_param").field("size_leaf_vector");
  if (width.value !== undefined && width.value !== "0" && width.value !== "1")
    throw unsupported("XGBoost", "trees with several outputs (multi_output_tree)");
  const left = tree.field("left_children").numbers();
  const nodes = left.length;
  if (nodes === 0) throw tree.fail("has no node");
  const right = tree.field("right_children").numbers(nodes);
  const feature = tree.field("split_indices").numbers(nodes);
  const condition = tree.field("split_conditions").numbers(nodes);
  const cover = tree.field("sum_hessian").numbers(nodes);
  const gain = tree.field("loss_changes").numbers(nodes);
  const missingLeft = flags(tree.field("default_left"), nodes);
  const leftCodes = setOfLeftCodes(tree, nodes, feature, codeCounts);
  const child = (node: number, of: readonly number[], name: string): number => {
    const next = of[node];
    if (!Number.isInteger(next) || next < 0 || next >= nodes) throw tree.fail(`leads in ${name} from node ${node} to ${next}`);
    return next;
  };
  const read = (node: number): ForeignNode => {
    if (left[node] === -1) return { kind: "leaf", value: Math.fround(condition[node]), cover: Math.fround(cover[node]) };
    return {
      kind: "split",
      feature: feature[node],
      threshold: below(condition[node]),
      categories: leftCodes(node),
      missingLeft: missingLeft[node],
      left: child(node, left, "left_children"),
      right: child(node, right, "right_children"),
      cover: Math.fround(cover[node]),
      gain: Math.fround(gain[node]),
    };
  };
  return { count: nodes, read };
}

/** 0 and 1, or false and true as releases before 2.0 wrote them. */
function flags(reader: HeaderReader, length: number): boolean[] {
  const values = reader.list();
  if (values.length !== length) throw reader.fail(`has ${values.length} entries instead of ${length}`);
  return values.map((flag) => (typeof flag.value === "boolean" ? flag.value : flag.integer(0, 1) === 1));
}

/** XGBoost goes left when value < condition, in float32: for float32 values that is value <= the float32 below it. */
function below(condition: number): number {
  const previous = previousFloat32(Math.fround(condition));
  // Below the least float32 there is nothing; only float64 has a finite number there.
  return Math.max(-Number.MAX_VALUE, previous);
}
