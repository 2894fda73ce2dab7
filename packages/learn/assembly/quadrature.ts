// SHAP by quadrature. Nodes lie in preorder, 32 bytes each:
// 0 parent · 4 nearest edge above on the same feature, 0: none · 8 right child, 0: leaf · 12 codes of the split's slot ·
// 16 code up to which a row goes left · 20 first byte of the feature's column among the effects · 24 unused

const NODE: usize = 5;

/**
 * Adds the effects of one tree on consecutive rows.
 *
 * @param points   even: a point that a tree does not need has the ratio and factor 0
 * @param ratio    f64 [node][state][point], as is `factor`
 * @param values   f64 [output][node]
 * @param effects  where the columns of the tree's first output begin; those of the next lie `outputBytes` behind
 * @param scratch  f64 [node][point] products, the same of sums, then i32 [node] states and i32 [node] sides taken
 */
export function addQuadrature(
  nodes: usize,
  nodeCount: usize,
  points: usize,
  ratio: usize,
  factor: usize,
  values: usize,
  outputs: usize,
  outputBytes: usize,
  effects: usize,
  count: usize,
  scratch: usize,
): void {
  const line = points << 3;
  const sums = scratch + nodeCount * line;
  const states = sums + nodeCount * line;
  const taken = states + (nodeCount << 2);
  for (let row: usize = 0; row < count; row++) {
    for (let at: usize = 0; at < line; at += 16) v128.store(scratch + at, f64x2.splat(1));
    store<i32>(states, 0);
    for (let place: usize = 0; place < nodeCount; place++) {
      const node = nodes + (place << NODE);
      const right = load<i32>(node, 8);
      if (right > 0) {
        const isRight = <i32>load<i8>(<usize>load<u32>(node, 12) + row) > load<i32>(node, 16);
        store<i32>(taken + (place << 2), isRight ? right : <i32>place + 1);
      }
      if (place === 0) continue;
      const parent = <usize>load<u32>(node);
      let state = 2;
      if (load<i32>(states + ((<usize>load<u32>(node, 4)) << 2)) === 0)
        state = load<i32>(taken + (parent << 2)) === <i32>place ? 0 : 1;
      store<i32>(states + (place << 2), state);
      const from = ratio + (place * 3 + <usize>state) * line;
      const above = scratch + parent * line;
      const own = scratch + place * line;
      for (let at: usize = 0; at < line; at += 16) v128.store(own + at, f64x2.mul(v128.load(above + at), v128.load(from + at)));
    }
    for (let output: usize = 0; output < outputs; output++) {
      const leaf = values + output * (nodeCount << 3);
      const column = effects + output * outputBytes + (row << 3);
      memory.fill(sums, 0, nodeCount * line);
      for (let place = nodeCount - 1; place > 0; place--) {
        const node = nodes + (place << NODE);
        const from = factor + (place * 3 + <usize>load<u32>(states + (place << 2))) * line;
        const above = sums + <usize>load<u32>(node) * line;
        let effect = f64x2.splat(0);
        if (load<i32>(node, 8) === 0) {
          const value = f64x2.splat(load<f64>(leaf + (place << 3)));
          const own = scratch + place * line;
          for (let at: usize = 0; at < line; at += 16) {
            const sum = f64x2.mul(v128.load(own + at), value);
            effect = f64x2.add(effect, f64x2.mul(sum, v128.load(from + at)));
            v128.store(above + at, f64x2.add(v128.load(above + at), sum));
          }
        } else {
          const own = sums + place * line;
          for (let at: usize = 0; at < line; at += 16) {
            const sum = v128.load(own + at);
            effect = f64x2.add(effect, f64x2.mul(sum, v128.load(from + at)));
            v128.store(above + at, f64x2.add(v128.load(above + at), sum));
          }
        }
        const to = column + <usize>load<u32>(node, 20);
        store<f64>(to, load<f64>(to) + (f64x2.extract_lane(effect, 0) + f64x2.extract_lane(effect, 1)));
      }
    }
  }
}
