import type { HeaderReader } from "../bundle/header-reader.js";
import type { ForeignNode, ForeignTrees } from "./foreign-trees.js";
import { unsupported } from "./imported-model.js";

/** Whether a feature's zero counts as missing: to LightGBM a property of the feature, though each node says it. */
export type ZeroRule = "missing" | "value";

/** `decision_type`: bit 0 category, bit 1 missing goes left, bits 2 and 3 what counts as missing. */
const CATEGORY = 1;
const DEFAULT_LEFT = 2;
const MISSING_RULES = ["nothing", "zero", "NaN"] as const;

/** Lists of a tree's section, by the names that LightGBM gives them. */
interface TreeLists {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly decision: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly gain: readonly number[];
  readonly innerCount: readonly number[];
  readonly leafValue: readonly number[];
  readonly leafCount: readonly number[];
  readonly boundaries: readonly number[];
  readonly words: readonly number[];
}

/**
 * Adds one `Tree=` section. Inner nodes are numbered from 0, leaves as -1, -2, …; what LightGBM takes for missing is
 * turned into the flag of the node, and into `zeroRules` by feature.
 */
export function addLightgbmTree(
  trees: ForeignTrees,
  output: number,
  section: ReadonlyMap<string, string>,
  zeroRules: (ZeroRule | undefined)[],
  reader: HeaderReader,
): void {
  if ((section.get("is_linear") ?? "0") !== "0") throw unsupported("LightGBM", "linear trees");
  const [leaves] = list(section, "num_leaves", 1, reader);
  if (!Number.isInteger(leaves) || leaves < 1) throw reader.fail(`has ${leaves} leaves`);
  const lists = readLists(section, leaves, reader);
  const read = (node: number): ForeignNode => {
    if (node < 0) return { kind: "leaf", value: lists.leafValue[-node - 1], cover: lists.leafCount[-node - 1] };
    const missing = missingOf(lists, node, zeroRules, reader);
    return {
      kind: "split",
      feature: lists.feature[node],
      threshold: missing.isCategory ? 0 : lists.threshold[node],
      categories: missing.isCategory ? categoriesOf(lists, node, reader) : null,
      missingLeft: missing.left,
      left: child(lists.left, node, leaves, reader),
      right: child(lists.right, node, leaves, reader),
      cover: lists.innerCount[node],
      gain: lists.gain[node],
    };
  };
  trees.add(output, leaves === 1 ? -1 : 0, 2 * leaves - 1, read, reader);
}

function readLists(section: ReadonlyMap<string, string>, leaves: number, reader: HeaderReader): TreeLists {
  const inner = (name: string) => (leaves === 1 ? [] : list(section, name, leaves - 1, reader));
  const [categories] = section.has("num_cat") ? list(section, "num_cat", 1, reader) : [0];
  const boundaries = categories > 0 ? list(section, "cat_boundaries", categories + 1, reader) : [];
  return {
    feature: inner("split_feature"),
    threshold: leaves === 1 ? [] : thresholds(section, leaves - 1, reader),
    decision: inner("decision_type"),
    left: inner("left_child"),
    right: inner("right_child"),
    gain: inner("split_gain"),
    innerCount: inner("internal_count"),
    leafValue: list(section, "leaf_value", leaves, reader),
    // A tree of one leaf has seen every row, and says so only in some releases.
    leafCount: leaves === 1 ? [0] : list(section, "leaf_count", leaves, reader),
    boundaries,
    words: categories > 0 ? list(section, "cat_threshold", boundaries[categories], reader) : [],
  };
}

/** A split that parts the missing values from all others has the threshold `inf`; no value lies between it and the largest. */
function thresholds(section: ReadonlyMap<string, string>, length: number, reader: HeaderReader): number[] {
  const finite = section.get("threshold")?.replaceAll("inf", String(Number.MAX_VALUE));
  return list(finite === undefined ? section : new Map([["threshold", finite]]), "threshold", length, reader);
}

function list(section: ReadonlyMap<string, string>, name: string, length: number, reader: HeaderReader): number[] {
  const text = section.get(name);
  if (text === undefined) throw reader.fail(`has no ${name}`);
  const parts = text.trim().split(" ");
  if (parts.length !== length) throw reader.fail(`has ${parts.length} entries of ${name} instead of ${length}`);
  const values = parts.map((part) => (part === "" ? Number.NaN : Number(part)));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw reader.fail(`holds no finite number in ${name} at ${wrong}`);
  return values;
}

function child(children: readonly number[], node: number, leaves: number, reader: HeaderReader): number {
  const next = children[node];
  if (!Number.isInteger(next) || next < -leaves || next >= leaves - 1) throw reader.fail(`leads from node ${node} to ${next}`);
  return next;
}

/** Where a missing value goes at a node, and what is missing there. */
function missingOf(
  { feature, threshold, decision }: TreeLists,
  node: number,
  zeroRules: (ZeroRule | undefined)[],
  reader: HeaderReader,
): { isCategory: boolean; left: boolean } {
  const type = decision[node];
  const rule = MISSING_RULES[(type >> 2) & 3];
  if (!Number.isInteger(type) || type < 0 || type > 15 || rule === undefined)
    throw reader.fail(`has the decision_type ${type} at node ${node}`);
  // What is no category goes right, whatever the rule says.
  if ((type & CATEGORY) !== 0) return { isCategory: true, left: false };
  const zero = rule === "zero" ? "missing" : "value";
  const known = zeroRules[feature[node]];
  zeroRules[feature[node]] = zero;
  if (known !== undefined && known !== zero)
    throw unsupported("LightGBM", `trees of which some take zero for missing and some do not, in feature ${feature[node]}`);
  // Where nothing is missing, NaN is read as zero.
  return { isCategory: false, left: rule === "nothing" ? threshold[node] >= 0 : (type & DEFAULT_LEFT) !== 0 };
}

function categoriesOf({ threshold, boundaries, words }: TreeLists, node: number, reader: HeaderReader): Int32Array {
  const set = threshold[node];
  const start = boundaries[set];
  const end = boundaries[set + 1];
  // Written so that a set that does not exist fails.
  if (!(start >= 0 && end > start && end <= words.length)) throw reader.fail(`splits node ${node} by the category set ${set}`);
  return Int32Array.from(words.slice(start, end), (word) => word | 0);
}
