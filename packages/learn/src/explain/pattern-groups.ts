import type { TreePaths } from "./tree-paths.js";

/** Splits on the way from a group's node to its leaves, at most. */
const GROUP_HEIGHT = 2;
/** A pattern is one byte. */
const MOST_BITS = 8;

/** A split above all groups: what it tells goes down to them as a mask with one bit per feature of the path. */
export interface MaskStep {
  readonly place: number;
  readonly bit: number;
  /** Masks are numbered; 0 is that of the root. */
  readonly mask: number;
  readonly leftMask: number;
  readonly rightMask: number;
}

/** A small subtree at the bottom; a pattern is what a row does above it and at its splits. */
export interface PatternGroup {
  readonly place: number;
  readonly mask: number;
  /** Features above, in the order of their bits; then those that only its own splits read. */
  readonly features: readonly number[];
  readonly featuresAbove: number;
  /** Its splits in preorder: the bits behind those of the features above, set when the row goes left. */
  readonly splits: readonly number[];
}

export interface PatternTree {
  readonly steps: readonly MaskStep[];
  readonly maskCount: number;
  readonly groups: readonly PatternGroup[];
  /** Numbers in the tables of all groups, for one output. */
  readonly tableSize: number;
}

/** Cuts a tree into groups; null where the pattern of a group does not fit a byte, as in a deep tree. */
export function patternTree(paths: TreePaths): PatternTree | null {
  const heights = heightsOf(paths);
  const steps: MaskStep[] = [];
  const groups: PatternGroup[] = [];
  let maskCount = 1;
  let tableSize = 0;
  const open = [{ place: 0, mask: 0, above: [] as readonly number[] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { place, mask, above } = next;
    if (heights[place] <= GROUP_HEIGHT) {
      const group = groupAt(paths, place, mask, above);
      const bits = group.featuresAbove + group.splits.length;
      if (bits > MOST_BITS) return null;
      tableSize += group.features.length << bits;
      groups.push(group);
      continue;
    }
    const feature = paths.featureByPlace[place + 1];
    const known = above.indexOf(feature);
    const features = known < 0 ? [...above, feature] : above;
    // Deeper than that no group fits; and a mask is a byte as well.
    if (features.length > MOST_BITS) return null;
    const step = { place, bit: known < 0 ? above.length : known, mask, leftMask: maskCount, rightMask: maskCount + 1 };
    maskCount += 2;
    steps.push(step);
    open.push(
      { place: paths.rightByPlace[place], mask: step.rightMask, above: features },
      { place: place + 1, mask: step.leftMask, above: features },
    );
  }
  return { steps, maskCount, groups, tableSize };
}

function groupAt(paths: TreePaths, place: number, mask: number, above: readonly number[]): PatternGroup {
  const features = [...above];
  const splits: number[] = [];
  const open = [place];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (paths.rightByPlace[next] === 0) continue;
    splits.push(next);
    const feature = paths.featureByPlace[next + 1];
    if (!features.includes(feature)) features.push(feature);
    open.push(paths.rightByPlace[next], next + 1);
  }
  return { place, mask, features, featuresAbove: above.length, splits };
}

/** Splits on the longest way down from each place. */
function heightsOf({ nodeCount, parentByPlace }: TreePaths): Uint8Array {
  const heights = new Uint8Array(nodeCount);
  for (let place = nodeCount - 1; place > 0; place--) {
    const parent = parentByPlace[place];
    // Higher than a byte counts does not matter: it is no group.
    heights[parent] = Math.max(heights[parent], Math.min(255, heights[place] + 1));
  }
  return heights;
}
