// One row through all trees. Trees are complete heaps of one depth, nodes 16 bytes: f64 threshold, then the offset of the
// value that is compared. A row goes right when value > threshold: what is missing comes as an infinity that goes its way.

// @ts-ignore: decorator
@inline
function down(nodes: usize, node: usize, values: usize): usize {
  const at = nodes + (node << 4);
  return (node << 1) + 1 + usize(load<f64>(values + <usize>load<u32>(at, 8)) > load<f64>(at));
}

// @ts-ignore: decorator
@inline
function addLeaf<Sum>(leaf: usize, outputs: usize, sums: usize): void {
  for (let output: usize = 0; output < outputs; output++) {
    const sum = sums + output * sizeof<Sum>();
    store<Sum>(sum, load<Sum>(sum) + load<Sum>(leaf + output * sizeof<Sum>()));
  }
}

/**
 * Walks four trees abreast; leaves are added in the order of the trees.
 *
 * @param leaves   [tree][leaf][output]
 * @param targets  i32 [tree], offset of the first sum that a tree adds to; as many entries as a multiple of four
 */
// @ts-ignore: decorator
@inline
function addRow<Sum>(
  nodes: usize,
  trees: usize,
  depth: i32,
  leaves: usize,
  outputs: usize,
  targets: usize,
  values: usize,
  sums: usize,
): void {
  const lowest: usize = (<usize>1 << depth) - 1;
  const nodeBytes = lowest << 4;
  const line = outputs * sizeof<Sum>();
  const leafBytes = (lowest + 1) * line;
  let leaf = leaves - lowest * line;
  let tree: usize = 0;
  for (; tree + 4 <= trees; tree += 4) {
    let a: usize = 0;
    let b: usize = 0;
    let c: usize = 0;
    let d: usize = 0;
    for (let level = 0; level < depth; level++) {
      a = down(nodes, a, values);
      b = down(nodes + nodeBytes, b, values);
      c = down(nodes + 2 * nodeBytes, c, values);
      d = down(nodes + 3 * nodeBytes, d, values);
    }
    addLeaf<Sum>(leaf + a * line, outputs, sums + <usize>load<u32>(targets + (tree << 2)));
    addLeaf<Sum>(leaf + leafBytes + b * line, outputs, sums + <usize>load<u32>(targets + (tree << 2), 4));
    addLeaf<Sum>(leaf + 2 * leafBytes + c * line, outputs, sums + <usize>load<u32>(targets + (tree << 2), 8));
    addLeaf<Sum>(leaf + 3 * leafBytes + d * line, outputs, sums + <usize>load<u32>(targets + (tree << 2), 12));
    nodes += 4 * nodeBytes;
    leaf += 4 * leafBytes;
  }
  for (; tree < trees; tree++) {
    let a: usize = 0;
    for (let level = 0; level < depth; level++) a = down(nodes, a, values);
    addLeaf<Sum>(leaf + a * line, outputs, sums + <usize>load<u32>(targets + (tree << 2)));
    nodes += nodeBytes;
    leaf += leafBytes;
  }
}

export function addRowDouble(nodes: usize, trees: usize, depth: i32, leaves: usize, outputs: usize, targets: usize, values: usize, sums: usize): void {
  addRow<f64>(nodes, trees, depth, leaves, outputs, targets, values, sums);
}

export function addRowFloat(nodes: usize, trees: usize, depth: i32, leaves: usize, outputs: usize, targets: usize, values: usize, sums: usize): void {
  addRow<f32>(nodes, trees, depth, leaves, outputs, targets, values, sums);
}
