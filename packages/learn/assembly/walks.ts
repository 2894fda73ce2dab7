// Rows through trees by their codes. Nodes are 8 bytes: the address of the codes of the split's slot, then the code up to
// which a row goes left. Codes are i8 or i16, sums f64 or f32: four instances of each function.
// Rows are taken 16 at a time, buffers have room for a multiple of that.

// @ts-expect-error: decorator
@inline
function isRight<Code>(node: usize, row: usize): usize {
  return usize(i32(load<Code>(<usize>load<u32>(node) + row)) > load<i32>(node, 4));
}

/** 0xff in each of 16 lanes whose row goes right. */
// @ts-expect-error: decorator
@inline
function goesRight<Code>(nodes: usize, node: usize, row: usize): v128 {
  const at = nodes + (node << 3);
  const codes = <usize>load<u32>(at) + row * sizeof<Code>();
  if (sizeof<Code>() === 1) return i8x16.gt_s(v128.load(codes), v128.load_splat<i8>(at, 4));
  const limit = v128.load_splat<i16>(at, 4);
  return i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(codes), limit), i16x8.gt_s(v128.load(codes, 16), limit));
}

// @ts-expect-error: decorator
@inline
function pick(mask: v128, right: v128, left: v128): v128 {
  return v128.bitselect(right, left, mask);
}

/** Place among the 16 nodes of the fifth level, of 16 rows. */
// @ts-expect-error: decorator
@inline
function topLevels<Code>(nodes: usize, row: usize): v128 {
  const first = goesRight<Code>(nodes, 0, row);
  const second = pick(first, goesRight<Code>(nodes, 2, row), goesRight<Code>(nodes, 1, row));
  const third = pick(
    first,
    pick(second, goesRight<Code>(nodes, 6, row), goesRight<Code>(nodes, 5, row)),
    pick(second, goesRight<Code>(nodes, 4, row), goesRight<Code>(nodes, 3, row)),
  );
  const fourth = pick(
    first,
    pick(
      second,
      pick(third, goesRight<Code>(nodes, 14, row), goesRight<Code>(nodes, 13, row)),
      pick(third, goesRight<Code>(nodes, 12, row), goesRight<Code>(nodes, 11, row)),
    ),
    pick(
      second,
      pick(third, goesRight<Code>(nodes, 10, row), goesRight<Code>(nodes, 9, row)),
      pick(third, goesRight<Code>(nodes, 8, row), goesRight<Code>(nodes, 7, row)),
    ),
  );
  const high = v128.or(v128.and(first, i8x16.splat(8)), v128.and(second, i8x16.splat(4)));
  return v128.or(high, v128.or(v128.and(third, i8x16.splat(2)), v128.and(fourth, i8x16.splat(1))));
}

// @ts-expect-error: decorator
@inline
function addTo<Sum>(sums: usize, value: usize): void {
  store<Sum>(sums, load<Sum>(sums) + load<Sum>(value));
}

// @ts-expect-error: decorator
@inline
function down<Code>(twice: usize, node: usize, row: usize): usize {
  return (node << 1) + twice + (isRight<Code>(node, row) << 3);
}

/**
 * A tree as a complete heap: the first four levels by comparing 16 rows at once, those below by walking 8 rows abreast.
 *
 * @param depth    4 or more: levels of splits
 * @param leaves   [leaf][output]
 * @param sums     of the tree's first output by row; those of the next lie `sumBytes` behind
 * @param scratch  16 bytes
 */
// @ts-expect-error: decorator
@inline
function addHeap<Code, Sum>(
  nodes: usize,
  depth: i32,
  leaves: usize,
  outputs: usize,
  sums: usize,
  sumBytes: usize,
  count: usize,
  scratch: usize,
): void {
  const line = outputs * sizeof<Sum>();
  // Nodes by their addresses: from `node` the left child is at 2 · node − nodes + 8.
  const fifth = nodes + (15 << 3);
  const twice = 8 - nodes;
  const last = nodes + (((<usize>1 << depth) - 1) << 3);
  for (let begin: usize = 0; begin < count; begin += 16) {
    v128.store(scratch, topLevels<Code>(nodes, begin));
    for (let part: usize = 0; part < 16; part += 8) {
      const row = begin + part;
      const at = row * sizeof<Code>();
      let a = fifth + (<usize>load<u8>(scratch + part, 0) << 3);
      let b = fifth + (<usize>load<u8>(scratch + part, 1) << 3);
      let c = fifth + (<usize>load<u8>(scratch + part, 2) << 3);
      let d = fifth + (<usize>load<u8>(scratch + part, 3) << 3);
      let e = fifth + (<usize>load<u8>(scratch + part, 4) << 3);
      let f = fifth + (<usize>load<u8>(scratch + part, 5) << 3);
      let g = fifth + (<usize>load<u8>(scratch + part, 6) << 3);
      let h = fifth + (<usize>load<u8>(scratch + part, 7) << 3);
      for (let level = 4; level < depth; level++) {
        a = down<Code>(twice, a, at);
        b = down<Code>(twice, b, at + sizeof<Code>());
        c = down<Code>(twice, c, at + 2 * sizeof<Code>());
        d = down<Code>(twice, d, at + 3 * sizeof<Code>());
        e = down<Code>(twice, e, at + 4 * sizeof<Code>());
        f = down<Code>(twice, f, at + 5 * sizeof<Code>());
        g = down<Code>(twice, g, at + 6 * sizeof<Code>());
        h = down<Code>(twice, h, at + 7 * sizeof<Code>());
      }
      let sum = sums + row * sizeof<Sum>();
      for (let value = leaves; value < leaves + line; value += sizeof<Sum>(), sum += sumBytes) {
        addTo<Sum>(sum, value + ((a - last) >> 3) * line);
        addTo<Sum>(sum + sizeof<Sum>(), value + ((b - last) >> 3) * line);
        addTo<Sum>(sum + 2 * sizeof<Sum>(), value + ((c - last) >> 3) * line);
        addTo<Sum>(sum + 3 * sizeof<Sum>(), value + ((d - last) >> 3) * line);
        addTo<Sum>(sum + 4 * sizeof<Sum>(), value + ((e - last) >> 3) * line);
        addTo<Sum>(sum + 5 * sizeof<Sum>(), value + ((f - last) >> 3) * line);
        addTo<Sum>(sum + 6 * sizeof<Sum>(), value + ((g - last) >> 3) * line);
        addTo<Sum>(sum + 7 * sizeof<Sum>(), value + ((h - last) >> 3) * line);
      }
    }
  }
}

/**
 * A deep tree as nodes of 16 bytes: address of the codes of the split's slot, code up to which a row goes left, address of
 * the left child with the right one behind it, address of the leaf's values. A leaf is its own left child. Walks 8 rows
 * abreast until none of them moves.
 */
// @ts-ignore: decorator
@inline
function addNodes<Code, Sum>(root: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize): void {
  const line = outputs * sizeof<Sum>();
  for (let row: usize = 0; row < count; row += 8) {
    const at = row * sizeof<Code>();
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    let e = root;
    let f = root;
    let g = root;
    let h = root;
    let moved: usize = 1;
    while (moved != 0) {
      for (let step = 0; step < 3; step++) {
        a = next<Code>(a, at);
        b = next<Code>(b, at + sizeof<Code>());
        c = next<Code>(c, at + 2 * sizeof<Code>());
        d = next<Code>(d, at + 3 * sizeof<Code>());
        e = next<Code>(e, at + 4 * sizeof<Code>());
        f = next<Code>(f, at + 5 * sizeof<Code>());
        g = next<Code>(g, at + 6 * sizeof<Code>());
        h = next<Code>(h, at + 7 * sizeof<Code>());
      }
      moved = load<u32>(a, 8) ^ a;
      moved |= load<u32>(b, 8) ^ b;
      moved |= load<u32>(c, 8) ^ c;
      moved |= load<u32>(d, 8) ^ d;
      moved |= load<u32>(e, 8) ^ e;
      moved |= load<u32>(f, 8) ^ f;
      moved |= load<u32>(g, 8) ^ g;
      moved |= load<u32>(h, 8) ^ h;
    }
    let sum = sums + row * sizeof<Sum>();
    for (let value: usize = 0; value < line; value += sizeof<Sum>(), sum += sumBytes) {
      addTo<Sum>(sum, load<u32>(a, 12) + value);
      addTo<Sum>(sum + sizeof<Sum>(), load<u32>(b, 12) + value);
      addTo<Sum>(sum + 2 * sizeof<Sum>(), load<u32>(c, 12) + value);
      addTo<Sum>(sum + 3 * sizeof<Sum>(), load<u32>(d, 12) + value);
      addTo<Sum>(sum + 4 * sizeof<Sum>(), load<u32>(e, 12) + value);
      addTo<Sum>(sum + 5 * sizeof<Sum>(), load<u32>(f, 12) + value);
      addTo<Sum>(sum + 6 * sizeof<Sum>(), load<u32>(g, 12) + value);
      addTo<Sum>(sum + 7 * sizeof<Sum>(), load<u32>(h, 12) + value);
    }
  }
}

// @ts-ignore: decorator
@inline
function next<Code>(node: usize, row: usize): usize {
  return <usize>load<u32>(node, 8) + (isRight<Code>(node, row) << 4);
}

export function addHeapByteDouble(nodes: usize, depth: i32, leaves: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize, scratch: usize): void {
  addHeap<i8, f64>(nodes, depth, leaves, outputs, sums, sumBytes, count, scratch);
}

export function addHeapByteFloat(nodes: usize, depth: i32, leaves: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize, scratch: usize): void {
  addHeap<i8, f32>(nodes, depth, leaves, outputs, sums, sumBytes, count, scratch);
}

export function addHeapWordDouble(nodes: usize, depth: i32, leaves: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize, scratch: usize): void {
  addHeap<i16, f64>(nodes, depth, leaves, outputs, sums, sumBytes, count, scratch);
}

export function addHeapWordFloat(nodes: usize, depth: i32, leaves: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize, scratch: usize): void {
  addHeap<i16, f32>(nodes, depth, leaves, outputs, sums, sumBytes, count, scratch);
}

export function addNodesByteDouble(root: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize): void {
  addNodes<i8, f64>(root, outputs, sums, sumBytes, count);
}

export function addNodesByteFloat(root: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize): void {
  addNodes<i8, f32>(root, outputs, sums, sumBytes, count);
}

export function addNodesWordDouble(root: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize): void {
  addNodes<i16, f64>(root, outputs, sums, sumBytes, count);
}

export function addNodesWordFloat(root: usize, outputs: usize, sums: usize, sumBytes: usize, count: usize): void {
  addNodes<i16, f32>(root, outputs, sums, sumBytes, count);
}
