/// <reference types="node" />
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { isAtalayaError } from "@atalaya/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainRaw } from "../explain/explain.js";
import { predictRaw } from "../trees/predict.js";
import { goldenRows } from "./golden-rows.test.data.js";
import { importLightgbmText } from "./import-lightgbm.js";
import { importXgboostJson, importXgboostUbjson } from "./import-xgboost.js";
import type { ImportedModel } from "./imported-model.js";

const unpack = (path: string) => new Uint8Array(gunzipSync(readFileSync(new URL(`../../goldens/${path}.gz`, import.meta.url))));
const text = (path: string) => new TextDecoder().decode(unpack(path));

type Json = Record<string, unknown>;

/** A model of one split of feature 0 at 0.5, missing left, leaves -1 and 2. */
const stump = () => ({
  learner: {
    feature_names: [] as string[],
    feature_types: [],
    gradient_booster: {
      name: "gbtree",
      model: {
        gbtree_model_param: { num_trees: "1", num_parallel_tree: "1" },
        tree_info: [0],
        trees: [
          {
            left_children: [1, -1, -1],
            right_children: [2, -1, -1],
            split_indices: [0, 0, 0],
            split_conditions: [0.5, -1, 2] as unknown[],
            default_left: [true, false, false] as unknown[],
            sum_hessian: [5, 2, 3],
            loss_changes: [7, 0, 0],
            split_type: [0, 0, 0],
            categories: [] as number[],
            categories_nodes: [] as number[],
            categories_segments: [] as number[],
            categories_sizes: [] as number[],
            tree_param: { size_leaf_vector: "1" },
          },
        ],
      },
    },
    learner_model_param: { base_score: "5E-1", num_class: "0", num_feature: "2", num_target: "1" } as Json,
    objective: { name: "reg:squarederror" },
  },
  version: [1, 7, 6],
});

type Stump = ReturnType<typeof stump>;
const changed = (change: (model: Stump) => void): string => {
  const model = stump();
  change(model);
  return JSON.stringify(model);
};
const tree = (model: Stump) => model.learner.gradient_booster.model.trees[0];
const answersOf = ({ model }: ImportedModel, values: number[]) => {
  const columns = [Float64Array.from(values), new Float64Array(values.length)];
  return [...predictRaw(model, { rowCount: values.length, columns, names: ["a", "b"] })[0]];
};

describe("importXgboostJson", () => {
  it("reads files of older releases: one base score, flags as true and false, no names", () => {
    const imported = importXgboostJson(changed(() => {}));
    expect(imported.featureNames).toEqual(["f0", "f1"]);
    expect(imported.model.parameters).toEqual({ importedFrom: "xgboost 1.7.6", objective: "reg:squarederror", trees: 1 });
    expect(answersOf(imported, [0.4, 0.5, 0.6, Number.NaN])).toEqual([-0.5, 2.5, 2.5, -0.5]);
  });

  it.each([
    [0.5, 0.49999997, 0.5],
    [0, -1e-40, 0],
    [-0.5, -0.50000006, -0.5],
    [3.4028234663852886e38, 1e38, 3.4028234663852886e38],
  ])("goes left below the condition %d and right at it", (condition, left, right) => {
    const imported = importXgboostJson(changed((model) => (tree(model).split_conditions[0] = condition)));
    expect(answersOf(imported, [left, right, -Number.MAX_VALUE])).toEqual([-0.5, 2.5, -0.5]);
  });

  it("sends listed categories right, others left, unseen ones too", () => {
    const imported = importXgboostJson(
      changed((model) => {
        Object.assign(tree(model), {
          split_type: [1, 0, 0],
          categories: [1, 3],
          categories_nodes: [0],
          categories_segments: [0],
          categories_sizes: [2],
          default_left: [0, 0, 0],
        });
      }),
    );
    expect(imported.categoryCounts).toEqual([4, null]);
    expect(answersOf(imported, [0, 1, 2, 3, 200, Number.NaN])).toEqual([-0.5, 2.5, -0.5, 2.5, -0.5, 2.5]);
  });

  it.each<[string, (model: Stump) => unknown, string]>([
    ["dart", (model) => Object.assign(model.learner.gradient_booster, { name: "dart" }), 'the booster "dart"'],
    ["gblinear", (model) => Object.assign(model.learner.gradient_booster, { name: "gblinear" }), 'the booster "gblinear"'],
    ["an objective", (model) => Object.assign(model.learner.objective, { name: "binary:hinge" }), 'the objective "binary:hinge"'],
    ["a hostile objective", (model) => Object.assign(model.learner.objective, { name: "__proto__" }), "the objective"],
    ["several targets", (model) => Object.assign(model.learner.learner_model_param, { num_target: "2" }), "several targets"],
    ["vector leaves", (model) => Object.assign(tree(model).tree_param, { size_leaf_vector: "3" }), "multi_output_tree"],
  ])("says that it does not import %s", (_, change, message) => {
    expect(() => importXgboostJson(changed(change))).toThrow(
      expect.objectContaining({ code: "LEARN_IMPORT_UNSUPPORTED", message: expect.stringContaining(message) }),
    );
  });

  it.each<[string, (model: Stump) => unknown, string]>([
    ["a cycle", (model) => (tree(model).left_children = [0, -1, -1]), "leads to node 0 twice"],
    ["paths that meet", (model) => (tree(model).right_children = [1, -1, -1]), "leads to node 1 twice"],
    ["a way out", (model) => (tree(model).left_children = [9, -1, -1]), "leads in left_children from node 0 to 9"],
    ["half a way", (model) => (tree(model).left_children = [0.5, -1, -1]), "from node 0 to 0.5"],
    ["text for a threshold", (model) => (tree(model).split_conditions = ["NaN", 1, 2]), "no finite number at 0"],
    ["a leaf beyond float32", (model) => (tree(model).split_conditions = [1, 1e300, 2]), "holds Infinity in valueByNode"],
    ["an unknown feature", (model) => (tree(model).split_indices = [7, 0, 0]), "on the feature 7 of 2"],
    ["lists of other lengths", (model) => (tree(model).sum_hessian = [1]), "has 1 entries instead of 3"],
    ["a flag of 2", (model) => (tree(model).default_left = [2, 0, 0]), "no whole number from 0 to 1"],
    [
      "a huge feature count",
      (model) => Object.assign(model.learner.learner_model_param, { num_feature: "9999999999" }),
      "num_feature",
    ],
    ["a huge class count", (model) => Object.assign(model.learner.learner_model_param, { num_class: "9999999999" }), "num_class"],
    [
      "a base of no number",
      (model) => Object.assign(model.learner.learner_model_param, { base_score: "[]" }),
      "no finite margin",
    ],
    ["a base per nothing", (model) => Object.assign(model.learner.learner_model_param, { base_score: "[1,2]" }), "has 2 entries"],
    ["names of other columns", (model) => (model.learner.feature_names = ["a"]), "has 1 entries instead of 2"],
    ["a tree of another class", (model) => (model.learner.gradient_booster.model.tree_info = [4]), "to the output 4 of 1"],
    ["categories that are not listed", (model) => (tree(model).split_type = [1, 0, 0]), "lists none for it"],
    [
      "a category of billions",
      (model) =>
        Object.assign(tree(model), { categories: [4e9], categories_nodes: [0], categories_segments: [0], categories_sizes: [1] }),
      "holds 4000000000 at 0",
    ],
    [
      "a list past the categories",
      (model) =>
        Object.assign(tree(model), { categories: [1], categories_nodes: [0], categories_segments: [0], categories_sizes: [9] }),
      "reaches past the 1 categories",
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => importXgboostJson(changed(change))).toThrow(
      expect.objectContaining({ code: "LEARN_IMPORT_BROKEN", message: expect.stringContaining(message) }),
    );
  });

  it("refuses what is no model, however deep, and sets that would fill the memory", () => {
    for (const file of [
      "",
      "{",
      "[]",
      "null",
      "1",
      "[".repeat(1_000_000),
      `${'{"learner":'.repeat(50_000)}1${"}".repeat(50_000)}`,
    ])
      expect(() => importXgboostJson(file)).toThrow(expect.objectContaining({ code: "LEARN_IMPORT_BROKEN" }));
    const wide = changed((model) => {
      const nodes = 401;
      const inner = (node: number) => node % 2 === 0 && node < nodes - 1;
      const listOf = (make: (node: number) => number) => Array.from({ length: nodes }, (_, node) => make(node));
      Object.assign(tree(model), {
        left_children: listOf((node) => (inner(node) ? node + 1 : -1)),
        right_children: listOf((node) => (inner(node) ? node + 2 : -1)),
        split_indices: listOf(() => 0),
        split_conditions: listOf(() => 0),
        default_left: listOf(() => 0),
        sum_hessian: listOf(() => 1),
        loss_changes: listOf(() => 0),
        split_type: listOf((node) => (inner(node) ? 1 : 0)),
        categories: [16_777_215],
        categories_nodes: listOf((node) => node).filter(inner),
        categories_segments: listOf(() => 0).slice(0, 200),
        categories_sizes: listOf(() => 1).slice(0, 200),
      });
    });
    expect(() => importXgboostJson(wide)).toThrow("has category sets of more than");
  });
});

const lightgbmStump = (change: (lines: string) => string = (lines) => lines): string =>
  change(
    [
      ...["tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0", "max_feature_idx=1"],
      ...["objective=regression", "feature_names=a b", "feature_infos=[0:1] -1:0:1:2", "tree_sizes=300", ""],
      ...["Tree=0", "num_leaves=2", "num_cat=0", "split_feature=0", "split_gain=3", "threshold=0.5", "decision_type=2"],
      ...["left_child=-1", "right_child=-2", "leaf_value=-1 2", "leaf_weight=2 3", "leaf_count=2 3", "internal_value=0"],
      ...["internal_weight=5", "internal_count=5", "is_linear=0", "shrinkage=1", "", "", "end of trees", ""],
      ...["parameters:", "[boosting: gbdt]", "end of parameters", "", 'pandas_categorical:[["x", "y", "z"]]', ""],
    ].join("\n"),
  );
const withLine = (from: string, to: string) => lightgbmStump((lines) => lines.replace(from, to));

describe("importLightgbmText", () => {
  it("knows names, categories and their levels", () => {
    const imported = importLightgbmText(lightgbmStump());
    expect(imported).toMatchObject({
      featureNames: ["a", "b"],
      categoryCounts: [null, 3],
      levels: [null, ["x", "y", "z"]],
    });
    expect(imported.model.parameters).toEqual({ importedFrom: "lightgbm v4", objective: "regression", trees: 1 });
  });

  it.each<[string, number, number[]]>([
    ["nothing is missing: NaN is 0", 2, [-1, -1, 2, -1]],
    ["nothing is missing, whatever the default", 0, [-1, -1, 2, -1]],
    ["zero is missing, and goes left", 6, [-1, -1, 2, -1]],
    ["zero is missing, and goes right", 4, [-1, 2, 2, 2]],
    ["NaN is missing, and goes left", 10, [-1, -1, 2, -1]],
    ["NaN is missing, and goes right", 8, [-1, -1, 2, 2]],
  ])("where %s (decision_type %i)", (_, type, expected) => {
    const imported = importLightgbmText(withLine("decision_type=2", `decision_type=${type}`));
    expect(answersOf(imported, [0.5, 1e-36, 0.6, Number.NaN])).toEqual(expected);
  });

  it("sends NaN right at a threshold below zero where nothing is missing", () => {
    const file = withLine("threshold=0.5", "threshold=-0.5");
    expect(answersOf(importLightgbmText(file), [-0.5, 0, Number.NaN])).toEqual([-1, 2, 2]);
  });

  it("parts missing values from all others at a threshold of infinity", () => {
    const file = withLine("threshold=0.5", "threshold=inf").replace("decision_type=2", "decision_type=8");
    expect(answersOf(importLightgbmText(file), [-1e300, 1e300, Number.NaN])).toEqual([-1, -1, 2]);
  });

  it("sends listed categories left, all else right", () => {
    const file = withLine("decision_type=2", "decision_type=3")
      .replace("num_cat=0", "num_cat=1")
      .replace("threshold=0.5", "threshold=0");
    const imported = importLightgbmText(file.replace("left_child", "cat_boundaries=0 2\ncat_threshold=5 2147483648\nleft_child"));
    expect(answersOf(imported, [0, 1, 2, 63, 64, -1, Number.NaN])).toEqual([-1, 2, -1, -1, 2, 2, 2]);
  });

  it.each<[string, string, string]>([
    ["is_linear=0", "is_linear=1", "linear trees"],
    ["label_index=0", "average_output", "averaged over its trees"],
    ["objective=regression", "objective=regression sqrt", "with sqrt"],
    ["objective=regression", "objective=binary sigmoid:2", "with sigmoid:2"],
    ["objective=regression", "objective=multiclassova num_class:3 sigmoid:1", "the objective"],
    ["objective=regression", "objective=constructor", "the objective"],
    ["num_tree_per_iteration=1", "num_tree_per_iteration=3", '3 outputs and the objective "regression"'],
  ])("says that it does not import %s as %s", (from, to, message) => {
    expect(() => importLightgbmText(withLine(from, to))).toThrow(
      expect.objectContaining({ code: "LEARN_IMPORT_UNSUPPORTED", message: expect.stringContaining(message) }),
    );
  });

  it.each<[string, string, string]>([
    ["tree\n", "forest\n", 'does not begin with the line "tree"'],
    ["end of trees", "", "it is cut short"],
    ["Tree=0", "Tree=5", "in place of tree 0"],
    ["num_leaves=2", "num_leaves=2\nnum_leaves=3", "has num_leaves twice"],
    ["num_leaves=2", "num_leaves=999999999", "instead of 999999998"],
    ["num_leaves=2", "num_leaves=-1", "has -1 leaves"],
    ["left_child=-1", "left_child=0", "leads to node 0 twice"],
    ["left_child=-1", "left_child=-2", "leads to node -2 twice"],
    ["left_child=-1", "left_child=-7", "leads from node 0 to -7"],
    ["threshold=0.5", "threshold=nan", "holds no finite number in threshold at 0"],
    ["leaf_value=-1 2", "leaf_value=-1 inf", "holds no finite number in leaf_value at 1"],
    ["leaf_value=-1 2", "leaf_value=-1", "has 1 entries of leaf_value instead of 2"],
    ["split_feature=0", "split_feature=8", "on the feature 8 of 2"],
    ["decision_type=2", "decision_type=14", "has the decision_type 14"],
    ["decision_type=2", "decision_type=3", "by the category set 0.5"],
    ["max_feature_idx=1", "max_feature_idx=99999999999", "has a max_feature_idx that is no whole number"],
    ["max_feature_idx=1", "max_feature_idx=5", "has 2 feature_names instead of 6"],
    ["feature_infos=[0:1] -1:0:1:2", "feature_infos=[0:1] 99999999999", "has the category 99999999999"],
    ['[["x"', '[["x", "x"', "names a level twice"],
    ['[["x"', '["x"', "that is not JSON"],
  ])("refuses %s as %s", (from, to, message) => {
    expect(() => importLightgbmText(withLine(from, to))).toThrow(
      expect.objectContaining({ code: "LEARN_IMPORT_BROKEN", message: expect.stringContaining(message) }),
    );
  });
});

const rows = goldenRows(4);

/** Either a coded error or a model that predicts and explains. */
function isSafe(load: () => ImportedModel): void {
  try {
    const { model } = load();
    const columns = Array.from({ length: model.trees.featureCount }, (_, column) => rows.columns[column % 8]);
    const matrix = { rowCount: 4, columns, names: columns.map(String) };
    predictRaw(model, matrix);
    explainRaw(model, matrix);
  } catch (error) {
    expect(isAtalayaError(error) && error.code, String(error)).toMatch(/^LEARN_IMPORT_/);
  }
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("any damage to a foreign model file", () => {
  const xgboost = text("xgboost-json/softprob.json");
  const lightgbm = text("lightgbm-text/categories.txt");
  const ubjson = unpack("xgboost-json/squared.ubj");
  const pieces = fc.constantFrom(
    "0",
    "9",
    "-",
    "1e300",
    "1e999",
    ",",
    "]",
    "}",
    '"',
    "\n",
    "=",
    " ",
    "null",
    "NaN",
    "99999999999",
  );
  const changes = fc.array(fc.tuple(place, pieces, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 3 });
  const damaged = (file: string, list: readonly [number, string, number][]) =>
    list.reduce((whole, [where, piece, cut]) => {
      const at = Math.floor(where * whole.length);
      return whole.slice(0, at) + piece + whole.slice(at + cut);
    }, file);

  it.each<[string, (file: string) => ImportedModel, string]>([
    ["XGBoost JSON", importXgboostJson, xgboost],
    ["LightGBM text", importLightgbmText, lightgbm],
  ])("of %s ends in a coded error or in a model that can be used", (_, load, file) => {
    fc.assert(
      fc.property(changes, (list) => isSafe(() => load(damaged(file, list)))),
      { numRuns: 60, seed: 5 },
    );
    fc.assert(
      fc.property(place, (end) => isSafe(() => load(file.slice(0, Math.floor(end * file.length))))),
      { numRuns: 20, seed: 6 },
    );
  });

  it("of UBJSON ends in a coded error or in a model that can be used", () => {
    const bytes = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(bytes, (list) => {
        const file = ubjson.slice();
        for (const [where, byte] of list) file[Math.floor(where * file.length)] = byte;
        isSafe(() => importXgboostUbjson(file));
      }),
      { numRuns: 60, seed: 7 },
    );
    fc.assert(
      fc.property(place, (end) => isSafe(() => importXgboostUbjson(ubjson.subarray(0, Math.floor(end * ubjson.length))))),
      { numRuns: 20, seed: 8 },
    );
  });

  it.each<[string, Uint8Array]>([
    ["lists without end", new Uint8Array(1_000_000).fill(0x5b)],
    ["a length beyond the file", Uint8Array.of(0x7b, 0x4c, 0x7f, 255, 255, 255, 255, 255, 255, 255)],
    ["a negative length", Uint8Array.of(0x53, 0x69, 0xff)],
    ["billions of entries without bytes", Uint8Array.of(0x5b, 0x24, 0x5a, 0x23, 0x6c, 0x7f, 0xff, 0xff, 0xff)],
    ["an unknown marker", Uint8Array.of(0x78)],
    ["nothing", new Uint8Array()],
  ])("refuses UBJSON with %s", (_, bytes) => {
    expect(() => importXgboostUbjson(bytes)).toThrow(expect.objectContaining({ code: "LEARN_IMPORT_BROKEN" }));
  });
});
