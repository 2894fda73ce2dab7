import { leafTable } from "./leaf-table.js";
import type { PatternGroup, PatternTree } from "./pattern-groups.js";
import type { TreePaths } from "./tree-paths.js";

/** Where a leaf lies within its group. */
interface GroupLeaf {
  readonly place: number;
  /** Positions among the group's features, those above first; and the share of the cover that follows each. */
  readonly positions: readonly number[];
  readonly shares: readonly number[];
  /** Edges within the group: the split's bit, its feature's position among `positions`, and whether the edge goes left. */
  readonly edges: readonly { readonly split: number; readonly position: number; readonly isLeft: boolean }[];
}

/**
 * Effects of all leaves of a tree's groups by pattern, group behind group: [group][output][pattern][feature of the group].
 *
 * Cost: O(leaves · 2^features · (features² + outputs · features)).
 *
 * @param values  [output][place], as `leafValues` gives them
 * @see Yang 2022, Fast TreeSHAP, version 2 (there a table per leaf)
 */
export function fillPatternTables(paths: TreePaths, tree: PatternTree, values: Float64Array, tables: Float64Array): void {
  const outputs = values.length / paths.nodeCount;
  let start = 0;
  for (const group of tree.groups) {
    const bits = group.featuresAbove + group.splits.length;
    const size = group.features.length << bits;
    for (const leaf of leavesOf(paths, group)) {
      const effects = leafTable(leaf.shares);
      for (let output = 0; output < outputs; output++) {
        const value = values[output * paths.nodeCount + leaf.place];
        const table = tables.subarray(start + output * size, start + (output + 1) * size);
        if (value !== 0) addLeaf(group, leaf, effects, value, table);
      }
    }
    start += size * outputs;
  }
}

function addLeaf(group: PatternGroup, leaf: GroupLeaf, effects: Float64Array, value: number, table: Float64Array): void {
  const { featuresAbove, splits, features } = group;
  const { positions, edges } = leaf;
  const width = features.length;
  const own = positions.length;
  for (let decisions = 0; decisions < 1 << splits.length; decisions++) {
    let follows = (1 << own) - 1;
    for (const { split, position, isLeft } of edges)
      if (((decisions >> split) & 1) !== (isLeft ? 1 : 0)) follows &= ~(1 << position);
    const inside = follows & ~((1 << featuresAbove) - 1);
    for (let above = 0; above < 1 << featuresAbove; above++) {
      const from = ((above & follows) | inside) * own;
      const to = ((decisions << featuresAbove) | above) * width;
      for (let feature = 0; feature < featuresAbove; feature++) table[to + feature] += value * effects[from + feature];
      for (let feature = featuresAbove; feature < own; feature++)
        table[to + positions[feature]] += value * effects[from + feature];
    }
  }
}

function leavesOf(paths: TreePaths, group: PatternGroup): GroupLeaf[] {
  const { parentByPlace, rightByPlace, featureByPlace, fractionByPlace } = paths;
  const above = group.features.slice(0, group.featuresAbove);
  const leaves: GroupLeaf[] = [];
  const last = endOf(paths, group.place);
  for (let place = group.place; place < last; place++) {
    if (rightByPlace[place] > 0) continue;
    const path: number[] = [];
    for (let edge = place; edge > 0; edge = parentByPlace[edge]) path.push(edge);
    const features = [...above];
    for (const edge of path) if (!features.includes(featureByPlace[edge])) features.push(featureByPlace[edge]);
    // The path runs upwards: its first edge on a feature is the deepest, which holds the share of all of them.
    const shares = features.map((feature) => fractionByPlace[path.find((edge) => featureByPlace[edge] === feature) ?? 0]);
    const edges = path
      .filter((edge) => edge > group.place)
      .map((edge) => ({
        split: group.splits.indexOf(parentByPlace[edge]),
        position: features.indexOf(featureByPlace[edge]),
        isLeft: edge === parentByPlace[edge] + 1,
      }));
    leaves.push({ place, positions: features.map((feature) => group.features.indexOf(feature)), shares, edges });
  }
  return leaves;
}

/** The place behind a subtree. */
function endOf({ nodeCount, rightByPlace }: TreePaths, place: number): number {
  let end = place;
  while (end < nodeCount && rightByPlace[end] > 0) end = rightByPlace[end];
  return end + 1;
}
