import type { TreeEnsemble } from "../model/model.js";
import type { SplitCodes } from "../trees/split-codes.js";
import type { PatternTree } from "./pattern-groups.js";
import { fillPatternTables } from "./pattern-tables.js";
import { leafValues } from "./quadrature-effects.js";
import type { TreePaths } from "./tree-paths.js";

/** Words of a step: slot, code, bit, mask, mask of the left and of the right. */
export const STEP_WORDS = 6;
/** Words of a group: mask, features above, splits, (slot, code) of up to three, width, start of its table, 8 columns. */
export const GROUP_WORDS = 19;
export const GROUP_WIDTH = 9;
export const GROUP_TABLE = 10;
export const GROUP_COLUMNS = 11;

/** Trees whose effects are looked up, as flat words that a kernel reads. Tables of trees with vector leaves lie by output. */
export interface PatternProgram {
  readonly steps: Int32Array;
  /** One group per output that its tree adds to; a column is output · featureCount + feature. */
  readonly groups: Int32Array;
  /** [trees + 1]: where the steps and the groups of a tree begin, counted in steps and groups. */
  readonly stepStart: Int32Array;
  readonly groupStart: Int32Array;
  readonly tables: Float64Array;
  /** Masks of the tree that has most of them. */
  readonly maskCount: number;
}

export interface PatternPart {
  readonly tree: number;
  readonly paths: TreePaths;
  readonly pattern: PatternTree;
}

/** Cost: that of all tables, see `fillPatternTables`. */
export function patternProgram(trees: TreeEnsemble, codes: SplitCodes, parts: readonly PatternPart[]): PatternProgram {
  const outputsOf = (tree: number): number => (trees.outputByTree[tree] < 0 ? trees.outputCount : 1);
  const sizes = parts.map(({ tree, pattern }) => pattern.tableSize * outputsOf(tree));
  const tables = new Float64Array(sizes.reduce((sum, size) => sum + size, 0));
  const steps: number[] = [];
  const groups: number[] = [];
  const stepStart = new Int32Array(parts.length + 1);
  const groupStart = new Int32Array(parts.length + 1);
  let start = 0;
  parts.forEach((part, position) => {
    const { tree, paths, pattern } = part;
    fillPatternTables(paths, pattern, leafValues(trees, tree, paths), tables.subarray(start, start + sizes[position]));
    pushSteps(part, codes, steps);
    pushGroups(part, trees, codes, outputsOf(tree), start, groups);
    stepStart[position + 1] = steps.length / STEP_WORDS;
    groupStart[position + 1] = groups.length / GROUP_WORDS;
    start += sizes[position];
  });
  const maskCount = parts.reduce((most, { pattern }) => Math.max(most, pattern.maskCount), 1);
  return { steps: Int32Array.from(steps), groups: Int32Array.from(groups), stepStart, groupStart, tables, maskCount };
}

function pushSteps({ paths, pattern }: PatternPart, codes: SplitCodes, steps: number[]): void {
  for (const { place, bit, mask, leftMask, rightMask } of pattern.steps) {
    const node = paths.nodeByPlace[place];
    steps.push(codes.slotByNode[node], codes.codeByNode[node], 1 << bit, mask, leftMask, rightMask);
  }
}

function pushGroups(
  { tree, paths, pattern }: PatternPart,
  trees: TreeEnsemble,
  codes: SplitCodes,
  outputs: number,
  tableStart: number,
  groups: number[],
): void {
  let start = tableStart;
  for (const { mask, features, featuresAbove, splits } of pattern.groups) {
    const asked = [0, 0, 0, 0, 0, 0];
    splits.forEach((place, split) => {
      asked[split * 2] = codes.slotByNode[paths.nodeByPlace[place]];
      asked[split * 2 + 1] = codes.codeByNode[paths.nodeByPlace[place]];
    });
    for (let output = 0; output < outputs; output++) {
      const first = (Math.max(0, trees.outputByTree[tree]) + output) * trees.featureCount;
      const columns = Array.from({ length: 8 }, (_, position) => first + (features[position] ?? 0));
      groups.push(mask, featuresAbove, splits.length, ...asked, features.length, start, ...columns);
      start += features.length << (featuresAbove + splits.length);
    }
  }
}
