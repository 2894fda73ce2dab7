import type { TreeEnsemble } from "../model/model.js";
import type { HeaderReader } from "./header-reader.js";

/** Deeper than any learner grows; explaining recurses as deep as the tree. */
const DEEPEST = 1024;

/**
 * Refuses arrays that are no trees: lengths that do not match, indices out of range, a child that is not behind its parent
 * (a cycle) or that has two parents (paths could double at every level), numbers that are not finite, trees too deep.
 * Cost: O(nodes).
 */
export function checkTrees(trees: TreeEnsemble, reader: HeaderReader): void {
  checkLengths(trees, reader);
  checkNumbers(trees, reader);
  checkCategorySets(trees, reader);
  checkNodes(trees, reader);
}

function checkLengths(trees: TreeEnsemble, reader: HeaderReader): void {
  const nodes = trees.featureByNode.length;
  const treeCount = trees.rootByTree.length;
  const { outputByTree, outputCount } = trees;
  const toAllOutputs = outputByTree.includes(-1);
  const expected = {
    outputByTree: treeCount,
    thresholdByNode: nodes,
    leftByNode: nodes,
    rightByNode: nodes,
    missingLeftByNode: nodes,
    categorySetByNode: nodes,
    coverByNode: nodes,
    gainByNode: nodes,
    valueByNode: toAllOutputs ? nodes * outputCount : nodes,
    baseByOutput: outputCount,
    zeroIsMissingByFeature: trees.zeroIsMissingByFeature.length === 0 ? 0 : trees.featureCount,
  } as const;
  for (const [name, length] of Object.entries(expected) as [keyof typeof expected, number][]) {
    const got = trees[name].length;
    // A leaf that adds to one output may still have a value for each.
    if (name === "valueByNode" && got === nodes * outputCount) continue;
    if (got !== length) throw reader.fail(`has ${got} entries of ${name} instead of ${length}`);
  }
  const wrong = outputByTree.findIndex((output) => output < -1 || output >= outputCount);
  if (wrong >= 0) throw reader.fail(`adds tree ${wrong} to the output ${outputByTree[wrong]} of ${outputCount}`);
}

function checkNumbers(trees: TreeEnsemble, reader: HeaderReader): void {
  for (const name of ["thresholdByNode", "valueByNode", "coverByNode", "gainByNode", "baseByOutput"] as const) {
    const wrong = trees[name].findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw reader.fail(`holds ${trees[name][wrong]} in ${name} at ${wrong}`);
  }
  const negative = trees.coverByNode.findIndex((cover) => cover < 0);
  if (negative >= 0) throw reader.fail(`has the cover ${trees.coverByNode[negative]} at node ${negative}`);
  for (const name of ["missingLeftByNode", "zeroIsMissingByFeature"] as const) {
    const flag = trees[name].findIndex((value) => value > 1);
    if (flag >= 0) throw reader.fail(`holds ${trees[name][flag]} in ${name} at ${flag}`);
  }
}

function checkCategorySets(trees: TreeEnsemble, reader: HeaderReader): void {
  const { categorySetByNode, categorySetStart, categoryWords } = trees;
  const sets = categorySetStart.length - 1;
  if (sets < 0 || categorySetStart[0] !== 0 || categorySetStart[sets] !== categoryWords.length)
    throw reader.fail(`has category sets that do not cover ${categoryWords.length} words`);
  const falls = categorySetStart.findIndex((start, set) => set > 0 && start < categorySetStart[set - 1]);
  if (falls >= 0) throw reader.fail(`holds ${categorySetStart[falls]} in categorySetStart at ${falls}`);
  const wrong = categorySetByNode.findIndex((set) => set < -1 || set >= sets);
  if (wrong >= 0) throw reader.fail(`splits node ${wrong} by the category set ${categorySetByNode[wrong]} of ${sets}`);
}

function checkNodes(trees: TreeEnsemble, reader: HeaderReader): void {
  const { featureByNode, leftByNode, rightByNode, rootByTree, featureCount } = trees;
  const nodes = featureByNode.length;
  // 0: nobody leads here yet; else one more than the depth.
  const seen = new Int32Array(nodes);
  for (const root of rootByTree) {
    if (root < 0 || root >= nodes) throw reader.fail(`has the root ${root} among ${nodes} nodes`);
    if (seen[root] > 0) throw reader.fail(`uses node ${root} twice`);
    seen[root] = 1;
  }
  // Children lie behind their parents, so one pass in order knows every depth.
  for (let node = 0; node < nodes; node++) {
    const feature = featureByNode[node];
    if (feature < -1 || feature >= featureCount)
      throw reader.fail(`splits node ${node} on the feature ${feature} of ${featureCount}`);
    if (feature < 0) continue;
    for (const child of [leftByNode[node], rightByNode[node]]) {
      if (child <= node || child >= nodes) throw reader.fail(`leads from node ${node} to ${child} of ${nodes}`);
      if (seen[child] > 0) throw reader.fail(`uses node ${child} twice`);
      seen[child] = seen[node] + 1;
      if (seen[child] > DEEPEST) throw reader.fail(`is more than ${DEEPEST} splits deep`);
    }
  }
}
