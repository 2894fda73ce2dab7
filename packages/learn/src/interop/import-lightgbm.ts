import type { HeaderReader } from "../bundle/header-reader.js";
import type { OutputSpace } from "../model/model.js";
import { ForeignTrees } from "./foreign-trees.js";
import {
  classesFor,
  featureNamesOr,
  foreignReader,
  type ImportedModel,
  MOST_CLASSES,
  MOST_FEATURES,
  unsupported,
} from "./imported-model.js";
import { addLightgbmTree, type ZeroRule } from "./lightgbm-tree.js";

const SPACES: Readonly<Record<string, OutputSpace>> = {
  // A model without an objective has one of its user's own, and answers with raw scores.
  "": "value",
  custom: "value",
  regression: "value",
  regression_l1: "value",
  huber: "value",
  fair: "value",
  quantile: "value",
  mape: "value",
  lambdarank: "value",
  rank_xendcg: "value",
  poisson: "exp",
  gamma: "exp",
  tweedie: "exp",
  binary: "logOdds",
  cross_entropy: "logOdds",
  multiclass: "softmax",
};

/**
 * A model that LightGBM saved as text (`save_model("model.txt")`), all of its trees: raw outputs are its raw scores
 * (`raw_score=True`) bit for bit, in float64. Categories are codes. Cost: O(characters).
 *
 * @throws LEARN_IMPORT_BROKEN, LEARN_IMPORT_UNSUPPORTED (linear trees, averaged outputs, objectives without a like)
 * @see goldens/lightgbm-text (lightgbm 4.7.0, equal to the bit)
 */
export function importLightgbmText(text: string): ImportedModel {
  const file = foreignReader("LightGBM", null, "file");
  const { header, trees: sections, rest } = splitText(text, file);
  if (header.has("average_output")) throw unsupported("LightGBM", "outputs averaged over its trees (boosting: rf)");
  const outputCount = count(header, "num_tree_per_iteration", 1, MOST_CLASSES, file);
  const featureCount = count(header, "max_feature_idx", 0, MOST_FEATURES - 1, file) + 1;
  const objective = header.get("objective") ?? "";
  const space = spaceOf(objective);
  if ((space === "softmax") !== outputCount > 1)
    throw unsupported("LightGBM", `${outputCount} outputs and the objective "${objective}"`);
  const names = words(header.get("feature_names"));
  if (names.length !== 0 && names.length !== featureCount)
    throw file.fail(`has ${names.length} feature_names instead of ${featureCount}`);
  const trees = new ForeignTrees();
  const zeroRules: (ZeroRule | undefined)[] = [];
  sections.forEach((section, index) => {
    addLightgbmTree(trees, index % outputCount, section, zeroRules, foreignReader("LightGBM", null, `tree ${index}`));
  });
  const zeroIsMissing = zeroRules.includes("missing")
    ? Uint8Array.from({ length: featureCount }, (_, feature) => (zeroRules[feature] === "missing" ? 1 : 0))
    : new Uint8Array(0);
  const baseByOutput = new Float64Array(outputCount);
  const ensemble = trees.finish({ featureCount, baseByOutput, precision: "float64", zeroIsMissing }, file);
  const categoryCounts = codeCounts(words(header.get("feature_infos")), featureCount, file);
  const importedFrom = `lightgbm ${header.get("version") ?? ""}`.trim();
  return {
    model: {
      learner: "gradientBoosting",
      parameters: { importedFrom, objective, trees: sections.length },
      trees: ensemble,
      space,
      classes: classesFor(space, outputCount),
      isolation: null,
      linear: null,
    },
    featureNames: featureNamesOr(names, featureCount),
    categoryCounts,
    levels: pandasLevels(rest, categoryCounts, file),
  };
}

type Section = ReadonlyMap<string, string>;

/** Lines `key=value` before the first tree, those of each tree, and the lines behind the trees. */
function splitText(text: string, file: HeaderReader): { header: Section; trees: Section[]; rest: string[] } {
  const lines = text.split("\n");
  if (lines[0].trim() !== "tree") throw file.fail('does not begin with the line "tree"');
  const header = new Map<string, string>();
  const trees: Map<string, string>[] = [];
  let section = header;
  for (let number = 1; number < lines.length; number++) {
    const line = lines[number].trimEnd();
    if (line === "end of trees") return { header, trees, rest: lines.slice(number + 1) };
    const equals = line.indexOf("=");
    const name = equals < 0 ? line : line.slice(0, equals);
    if (name === "Tree") {
      if (line !== `Tree=${trees.length}`) throw file.fail(`has "${line.slice(0, 50)}" in place of tree ${trees.length}`);
      section = new Map();
      trees.push(section);
    } else if (name !== "") {
      if (section.has(name)) throw file.fail(`has ${name.slice(0, 50)} twice before line ${number + 1}`);
      section.set(name, equals < 0 ? "" : line.slice(equals + 1));
    }
  }
  throw file.fail('has no line "end of trees": it is cut short');
}

function words(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(" ");
}

function count(header: Section, name: string, least: number, most: number, file: HeaderReader): number {
  const text = header.get(name) ?? "";
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) throw file.fail(`has a ${name} that is no whole number from ${least} to ${most}`);
  return number;
}

function spaceOf(objective: string): OutputSpace {
  const [name, ...options] = objective.split(" ");
  const space = Object.hasOwn(SPACES, name) ? SPACES[name] : undefined;
  if (space === undefined) throw unsupported("LightGBM", `the objective "${objective}"`);
  const changed = options.find((option) => option === "sqrt" || (option.startsWith("sigmoid:") && option !== "sigmoid:1"));
  if (changed !== undefined) throw unsupported("LightGBM", `the objective "${name}" with ${changed}`);
  return space;
}

/** Codes above would make no sense, and lists of their levels would fill the memory. */
const MOST_CODES = 1 << 24;

/** `feature_infos` lists the codes of a category (`-1:2:0:1`), the range of a number (`[0:1]`), or says `none`. */
function codeCounts(infos: readonly string[], featureCount: number, file: HeaderReader): (number | null)[] {
  if (infos.length !== 0 && infos.length !== featureCount)
    throw file.fail(`has ${infos.length} feature_infos instead of ${featureCount}`);
  return Array.from({ length: featureCount }, (_, column) => {
    const info = infos[column] ?? "none";
    if (!/^-?\d+(:-?\d+)*$/.test(info)) return null;
    const largest = info.split(":").reduce((most, code) => Math.max(most, Number(code)), -1);
    if (largest >= MOST_CODES) throw file.fail(`has the category ${largest} in feature ${column}`);
    return largest + 1;
  });
}

/** Levels by column out of `pandas_categorical`, which has a list for each category column of the data frame in order. */
function pandasLevels(
  rest: readonly string[],
  categoryCounts: readonly (number | null)[],
  file: HeaderReader,
): (string[] | null)[] {
  const prefix = "pandas_categorical:";
  const line = rest.find((candidate) => candidate.startsWith(prefix));
  const lists = line === undefined ? null : parseLists(line.slice(prefix.length), file);
  const columns = categoryCounts.flatMap((codes, column) => (codes === null ? [] : [column]));
  // A category column that tells nothing is not listed as one; then nobody can say whose the lists are.
  const known = lists?.length === columns.length ? lists : [];
  return categoryCounts.map((_, column) => known[columns.indexOf(column)] ?? null);
}

function parseLists(text: string, file: HeaderReader): string[][] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch {
    throw file.fail("has a pandas_categorical that is not JSON");
  }
  if (!Array.isArray(parsed)) return null;
  return parsed.map((levels: unknown) => {
    if (!Array.isArray(levels)) throw file.fail("has a pandas_categorical that is no list of lists");
    const texts = levels.map(String);
    if (new Set(texts).size !== texts.length) throw file.fail("names a level twice in pandas_categorical");
    return texts;
  });
}
