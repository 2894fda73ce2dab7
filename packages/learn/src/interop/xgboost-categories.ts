import type { HeaderReader } from "../bundle/header-reader.js";

/** Codes that XGBoost takes: whole numbers that float32 holds exactly. */
const MOST_CODES = 1 << 24;
/** A set has room for so many codes at least: what lies past it would count as missing, not as "no member". */
const LEAST_CODES = 256;

/** Native categories of an XGBoost model by column. */
export interface XgboostCategories {
  readonly codeCounts: readonly (number | null)[];
  readonly levels: readonly (readonly string[] | null)[];
}

/** Which columns hold codes, how many, and what they mean where the model was trained on a data frame (since 3.1). */
export function readCategories(model: HeaderReader, featureCount: number): XgboostCategories {
  const levels = readLevels(model.field("cats"), featureCount);
  const largest = new Map<number, number>();
  for (const tree of model.field("trees").list()) noteLargestCodes(tree, largest);
  const codeCounts = Array.from({ length: featureCount }, (_, column) => {
    const known = levels[column]?.length;
    const used = largest.get(column);
    if (known === undefined && used === undefined) return null;
    return Math.max(known ?? 0, (used ?? -1) + 1);
  });
  return { codeCounts, levels };
}

function noteLargestCodes(tree: HeaderReader, largest: Map<number, number>): void {
  const { nodes, starts, sizes, codes } = categoryArrays(tree);
  const features = tree.field("split_indices").numbers();
  nodes.forEach((node, position) => {
    const feature = features[node];
    let most = largest.get(feature) ?? 0;
    for (let at = starts[position]; at < starts[position] + sizes[position]; at++) most = Math.max(most, codes[at]);
    largest.set(feature, most);
  });
}

/** The lists of right-going codes behind a tree's nodes, checked. */
function categoryArrays(tree: HeaderReader): { nodes: number[]; starts: number[]; sizes: number[]; codes: number[] } {
  const list = (name: string, length?: number): number[] => {
    const reader = tree.field(name);
    const values = reader.value === undefined ? [] : reader.numbers(length);
    const wrong = values.findIndex((value) => !Number.isInteger(value) || value < 0);
    if (wrong >= 0) throw reader.fail(`holds ${values[wrong]} at ${wrong}`);
    return values;
  };
  const nodes = list("categories_nodes");
  const starts = list("categories_segments", nodes.length);
  const sizes = list("categories_sizes", nodes.length);
  const codes = list("categories");
  const huge = codes.findIndex((code) => code >= MOST_CODES);
  if (huge >= 0) throw tree.field("categories").fail(`holds ${codes[huge]} at ${huge}, more than XGBoost takes`);
  const outside = nodes.findIndex((_, position) => starts[position] + sizes[position] > codes.length);
  if (outside >= 0) throw tree.field("categories_sizes").fail(`reaches past the ${codes.length} categories at ${outside}`);
  return { nodes, starts, sizes, codes };
}

/**
 * Gives for a node the words of the codes that go left, null where its threshold decides. XGBoost lists those that go
 * right; all others go left, never seen ones included.
 */
export function setOfLeftCodes(
  tree: HeaderReader,
  nodeCount: number,
  features: readonly number[],
  codeCounts: readonly (number | null)[],
): (node: number) => Int32Array | null {
  const types = tree.field("split_type");
  const typeByNode = types.value === undefined ? [] : types.numbers(nodeCount);
  const { nodes, starts, sizes, codes } = categoryArrays(tree);
  const positionByNode = new Map(nodes.map((node, position) => [node, position]));
  return (node) => {
    if ((typeByNode[node] ?? 0) === 0) return null;
    const position = positionByNode.get(node);
    if (position === undefined) throw tree.fail(`splits node ${node} by categories, but lists none for it`);
    const room = Math.max(LEAST_CODES, (codeCounts[features[node]] ?? 0) + 1);
    const words = new Int32Array(Math.ceil(room / 32)).fill(-1);
    for (let at = starts[position]; at < starts[position] + sizes[position]; at++)
      words[codes[at] >> 5] &= ~(1 << (codes[at] & 31));
    return words;
  };
}

/** Levels by column out of `cats`: texts as UTF-8 behind each other with their ends, or numbers. */
function readLevels(reader: HeaderReader, featureCount: number): (string[] | null)[] {
  const encodings = reader.value === undefined ? [] : reader.field("enc").list();
  if (encodings.length !== 0 && encodings.length !== featureCount)
    throw reader.field("enc").fail(`has ${encodings.length} entries instead of ${featureCount}`);
  return Array.from({ length: featureCount }, (_, column) => {
    const encoding = encodings[column];
    if (encoding === undefined) return null;
    const values = encoding.field("values").numbers();
    if (encoding.field("offsets").value === undefined) return values.length === 0 ? null : values.map(String);
    const ends = encoding.field("offsets").numbers();
    return ends.length < 2 ? null : textsBetween(ends, values, encoding);
  });
}

function textsBetween(ends: readonly number[], values: readonly number[], reader: HeaderReader): string[] {
  const bytes = Uint8Array.from(values);
  const texts: string[] = [];
  for (let index = 1; index < ends.length; index++) {
    const [start, end] = [ends[index - 1], ends[index]];
    if (!(start >= 0 && end >= start && end <= bytes.length)) throw reader.fail(`ends a level at ${end} of ${bytes.length}`);
    texts.push(new TextDecoder().decode(bytes.subarray(start, end)));
  }
  if (new Set(texts).size !== texts.length) throw reader.fail("names a level twice");
  return texts;
}
