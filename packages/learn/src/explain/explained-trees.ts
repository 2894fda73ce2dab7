import type { TreeEnsemble } from "../model/model.js";
import type { ExplainedTree } from "./explain-machine.js";
import { patternTree } from "./pattern-groups.js";
import { type TreePaths, treePaths } from "./tree-paths.js";

/** Most numbers in tables: 64 MiB. */
const MOST_TABLE_NUMBERS = 8_388_608;

/** A tree that no table is thought of for. */
export function grownTree(trees: TreeEnsemble, tree: number): ExplainedTree {
  return { tree, paths: treePaths(trees, tree), pattern: null };
}

/** Gives tables to the trees that are shallow enough, one after the other, as long as memory allows. */
export class TableBudget {
  used = 0;

  constructor(private readonly trees: TreeEnsemble) {}

  withPattern(own: ExplainedTree): ExplainedTree {
    const pattern = patternTree(own.paths);
    if (pattern === null) return own;
    const size = pattern.tableSize * (this.trees.outputByTree[own.tree] < 0 ? this.trees.outputCount : 1);
    if (this.used + size > MOST_TABLE_NUMBERS) return own;
    this.used += size;
    return { ...own, pattern };
  }
}

/** [output]: what the ensemble answers when nothing is known of a row. */
export function expectedOutputs(trees: TreeEnsemble, paths: readonly TreePaths[]): Float64Array {
  const base = trees.baseByOutput.slice();
  const perNode = trees.valueByNode.length / trees.featureByNode.length;
  paths.forEach(({ nodeCount, nodeByPlace, rightByPlace, reachByPlace }, tree) => {
    const only = trees.outputByTree[tree];
    for (let place = 0; place < nodeCount; place++) {
      if (rightByPlace[place] > 0) continue;
      const value = nodeByPlace[place] * perNode;
      if (only >= 0) base[only] += reachByPlace[place] * trees.valueByNode[value];
      else
        for (let output = 0; output < base.length; output++)
          base[output] += reachByPlace[place] * trees.valueByNode[value + output];
    }
  });
  return base;
}
