import type { TreeEnsemble } from "../model/model.js";

/** Splits on the longest way down a tree. Cost: O(nodes). */
export function depthOfTree({ featureByNode, leftByNode, rightByNode }: TreeEnsemble, root: number): number {
  const nodes = [root];
  const depths = [0];
  let deepest = 0;
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const depth = depths.pop() ?? 0;
    deepest = Math.max(deepest, depth);
    if (featureByNode[node] < 0) continue;
    nodes.push(leftByNode[node], rightByNode[node]);
    depths.push(depth + 1, depth + 1);
  }
  return deepest;
}

/**
 * Visits a tree as a complete heap: `visit(place, node)` for every place above `depth`, and `leaf(place, node)` for the
 * places at it, 0 … 2^depth − 1. A leaf higher up stands at its own place and at all on its left below; what is right of
 * those is not visited.
 */
export function visitHeap(
  { featureByNode, leftByNode, rightByNode }: TreeEnsemble,
  root: number,
  depth: number,
  split: (place: number, node: number) => void,
  leaf: (place: number, node: number) => void,
): void {
  const lowest = 2 ** depth - 1;
  const places = [0];
  const nodes = [root];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const node = nodes.pop() ?? root;
    if (place >= lowest) {
      leaf(place - lowest, node);
      continue;
    }
    const left = 2 * place + 1;
    if (featureByNode[node] < 0) {
      places.push(left);
      nodes.push(node);
      continue;
    }
    split(place, node);
    places.push(left + 1, left);
    nodes.push(rightByNode[node], leftByNode[node]);
  }
}

/** Whether sums of float32 that start at the base can be kept in float32: an import that says so has no other numbers. */
export function holdsFloat32({ baseByOutput, valueByNode }: TreeEnsemble): boolean {
  const isFloat32 = (value: number): boolean => Object.is(Math.fround(value), value);
  return baseByOutput.every(isFloat32) && valueByNode.every(isFloat32);
}
