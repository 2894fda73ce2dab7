import type { TreeEnsemble } from "../model/model.js";
import { goesLeft, valueForTrees } from "../trees/route.js";

/** Expected output of one tree when only the features of `known` are seen: unseen splits are averaged by cover. */
function expected(trees: TreeEnsemble, node: number, row: number[], known: number, output: number): number {
  const feature = trees.featureByNode[node];
  const perNode = trees.valueByNode.length / trees.featureByNode.length;
  if (feature < 0) return trees.valueByNode[node * perNode + output];
  const sides = [trees.leftByNode[node], trees.rightByNode[node]];
  if (known & (1 << feature)) {
    const isLeft = goesLeft(trees, node, valueForTrees(trees, feature, row[feature]));
    return expected(trees, sides[isLeft ? 0 : 1], row, known, output);
  }
  const cover = trees.coverByNode[node];
  const share = cover > 0 ? trees.coverByNode[sides[0]] / cover : 0.5;
  const [left, right] = sides.map((side) => expected(trees, side, row, known, output));
  return share * left + (1 - share) * right;
}

/** Shapley values by their definition: a sum over all subsets of features. */
export function naiveShap(trees: TreeEnsemble, row: number[], output: number): { base: number; effects: number[] } {
  const { featureCount } = trees;
  const factorial = (number: number): number => (number <= 1 ? 1 : number * factorial(number - 1));
  const answer = (known: number): number => {
    let sum = trees.baseByOutput[output];
    for (const [tree, root] of trees.rootByTree.entries()) {
      const only = trees.outputByTree[tree];
      if (only < 0) sum += expected(trees, root, row, known, output);
      else if (only === output) sum += expected(trees, root, row, known, 0);
    }
    return sum;
  };
  const answers = Array.from({ length: 1 << featureCount }, (_, known) => answer(known));
  const effects = Array.from({ length: featureCount }, (_, feature) => {
    let effect = 0;
    for (let known = 0; known < answers.length; known++) {
      if (known & (1 << feature)) continue;
      let size = 0;
      for (let other = 0; other < featureCount; other++) size += (known >> other) & 1;
      const weight = (factorial(size) * factorial(featureCount - size - 1)) / factorial(featureCount);
      effect += weight * (answers[known | (1 << feature)] - answers[known]);
    }
    return effect;
  });
  return { base: answers[0], effects };
}
