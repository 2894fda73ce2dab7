import type { AnsweringKernels } from "./answering-kernels.js";

/** The kernels of `assembly/answering.ts` in TypeScript, equal to the bit: the fallback, and what they are tested against. */
export function answeringTwin(buffer: ArrayBuffer): AnsweringKernels {
  const bytes = new Int8Array(buffer);
  const shorts = new Int16Array(buffer);
  const words = new Int32Array(buffer);
  const floats = new Float32Array(buffer);
  const doubles = new Float64Array(buffer);
  return {
    codeNumbers: codesInto(doubles, bytes, -128),
    codeNumbersWide: codesInto(doubles, shorts, -32_768),
    addHeapByteDouble: heapWalk(words, bytes, doubles),
    addHeapByteFloat: heapWalk(words, bytes, floats),
    addHeapWordDouble: heapWalk(words, shorts, doubles),
    addHeapWordFloat: heapWalk(words, shorts, floats),
    addNodesByteDouble: nodeWalk(words, bytes, doubles),
    addNodesByteFloat: nodeWalk(words, bytes, floats),
    addNodesWordDouble: nodeWalk(words, shorts, doubles),
    addNodesWordFloat: nodeWalk(words, shorts, floats),
    addRowDouble: rowWalk(words, doubles, doubles),
    addRowFloat: rowWalk(words, doubles, floats),
    ...patternTwin(bytes, new Uint8Array(buffer), words, doubles),
    explainRow: rowPatternTwin(new Uint8Array(buffer), words, doubles),

    addQuadrature(nodes, nodeCount, points, ratio, factor, values, outputs, outputBytes, effects, count, scratch) {
      const tree = { nodes: nodes >> 2, nodeCount, points, ratio: ratio >> 3, factor: factor >> 3, scratch: scratch >> 3 };
      for (let row = 0; row < count; row++) {
        walkDown(bytes, words, doubles, tree, row);
        for (let output = 0; output < outputs; output++) {
          const column = (effects + output * outputBytes) / 8 + row;
          sumUp(words, doubles, tree, (values >> 3) + output * nodeCount, column);
        }
      }
    },
  };
}

function codesInto(doubles: Float64Array, into: Int8Array | Int16Array, lowest: number): AnsweringKernels["codeNumbers"] {
  return (values, count, thresholds, steps, missing, isFloat32, to, otherMissing, other) => {
    const first = to / into.BYTES_PER_ELEMENT;
    const second = other / into.BYTES_PER_ELEMENT;
    const table = thresholds >> 3;
    for (let row = 0; row < count; row++) {
      const given = doubles[(values >> 3) + row];
      const value = isFloat32 === 1 ? Math.fround(given) : given;
      let below = 0;
      for (let half = 1 << (steps - 1); half > 0; half >>= 1) if (doubles[table + below + half - 1] < value) below += half;
      into[first + row] = Number.isNaN(value) ? missing : below + lowest;
      if (other > 0) into[second + row] = Number.isNaN(value) ? otherMissing : below + lowest;
    }
  };
}

/** A sum in a Float32Array is rounded as it is stored: once, as that of two float32 must be. */
function heapWalk(
  words: Int32Array,
  codes: Int8Array | Int16Array,
  numbers: Float32Array | Float64Array,
): AnsweringKernels["addHeapByteDouble"] {
  return (nodes, depth, leaves, outputs, sums, sumBytes, count) => {
    const size = numbers.BYTES_PER_ELEMENT;
    const lowest = 2 ** depth - 1;
    for (let row = 0; row < count; row++) {
      let node = 0;
      for (let level = 0; level < depth; level++) {
        const at = (nodes >> 2) + node * 2;
        node = 2 * node + 1 + (codes[words[at] / codes.BYTES_PER_ELEMENT + row] > words[at + 1] ? 1 : 0);
      }
      const leaf = leaves / size + (node - lowest) * outputs;
      for (let output = 0; output < outputs; output++) numbers[(sums + output * sumBytes) / size + row] += numbers[leaf + output];
    }
  };
}

function nodeWalk(
  words: Int32Array,
  codes: Int8Array | Int16Array,
  numbers: Float32Array | Float64Array,
): AnsweringKernels["addNodesByteDouble"] {
  return (root, outputs, sums, sumBytes, count) => {
    const size = numbers.BYTES_PER_ELEMENT;
    for (let row = 0; row < count; row++) {
      let node = root >> 2;
      while (words[node + 2] >> 2 !== node) {
        const isRight = codes[words[node] / codes.BYTES_PER_ELEMENT + row] > words[node + 1];
        node = (words[node + 2] >> 2) + (isRight ? 4 : 0);
      }
      const leaf = words[node + 3] / size;
      for (let output = 0; output < outputs; output++) numbers[(sums + output * sumBytes) / size + row] += numbers[leaf + output];
    }
  };
}

function rowWalk(
  words: Int32Array,
  doubles: Float64Array,
  numbers: Float32Array | Float64Array,
): AnsweringKernels["addRowDouble"] {
  return (nodes, trees, depth, leaves, outputs, targets, values, sums) => {
    const size = numbers.BYTES_PER_ELEMENT;
    const lowest = 2 ** depth - 1;
    for (let tree = 0; tree < trees; tree++) {
      const first = (nodes >> 3) + tree * lowest * 2;
      let node = 0;
      for (let level = 0; level < depth; level++) {
        const at = first + node * 2;
        node = 2 * node + 1 + (doubles[(values + words[at * 2 + 2]) >> 3] > doubles[at] ? 1 : 0);
      }
      const leaf = leaves / size + (tree * (lowest + 1) + node - lowest) * outputs;
      const sum = (sums + words[(targets >> 2) + tree]) / size;
      for (let output = 0; output < outputs; output++) numbers[sum + output] += numbers[leaf + output];
    }
  };
}

function patternTwin(
  bytes: Int8Array,
  unsigned: Uint8Array,
  words: Int32Array,
  doubles: Float64Array,
): Pick<AnsweringKernels, "followSplit" | "makePatterns" | "addGroup"> {
  return {
    followSplit(codes, code, bit, above, left, right, count) {
      for (let row = 0; row < count; row++) {
        const mask = unsigned[above + row];
        const isRight = bytes[codes + row] > code;
        unsigned[left + row] = isRight ? mask & ~bit : mask;
        unsigned[right + row] = isRight ? mask : mask & ~bit;
      }
    },
    makePatterns(mask, above, splits, codes0, code0, codes1, code1, codes2, code2, into, count) {
      const kept = (1 << above) - 1;
      for (let row = 0; row < count; row++) {
        let pattern = unsigned[mask + row] & kept;
        if (splits > 0 && bytes[codes0 + row] <= code0) pattern |= 1 << above;
        if (splits > 1 && bytes[codes1 + row] <= code1) pattern |= 2 << above;
        if (splits > 2 && bytes[codes2 + row] <= code2) pattern |= 4 << above;
        unsigned[into + row] = pattern;
      }
    },
    addGroup(patterns, table, width, columns, count) {
      for (let feature = 0; feature < width; feature++) {
        const column = words[(columns >> 2) + feature] >> 3;
        const own = (table >> 3) + feature;
        for (let row = 0; row < count; row++) doubles[column + row] += doubles[own + unsigned[patterns + row] * width];
      }
    },
  };
}

function rowPatternTwin(unsigned: Uint8Array, words: Int32Array, doubles: Float64Array): AnsweringKernels["explainRow"] {
  const leftBit = (question: number): number => (words[words[question] >> 2] <= words[question + 1] ? words[question + 2] : 0);
  return (steps, stepCount, groups, groupCount, patterns, lookups, lookupCount) => {
    for (let step = 0, at = steps >> 2; step < stepCount; step++, at += 6) {
      const mask = unsigned[words[at + 3]];
      const left = leftBit(at);
      unsigned[words[at + 4]] = mask & ~(words[at + 2] ^ left);
      unsigned[words[at + 5]] = mask & ~left;
    }
    for (let group = 0, at = groups >> 2; group < groupCount; group++, at += 11) {
      const kept = unsigned[words[at]] & words[at + 1];
      unsigned[patterns + group] = kept | leftBit(at + 2) | leftBit(at + 5) | leftBit(at + 8);
    }
    for (let lookup = 0, at = lookups >> 2; lookup < lookupCount; lookup++, at += 10) {
      const line = (words[at + 1] >> 3) + unsigned[words[at]] * 8;
      for (let own = 0; own < 8; own++) doubles[words[at + 2 + own] >> 3] += doubles[line + own];
    }
  };
}

/** What `addQuadrature` is given, as indices into words and doubles. */
interface QuadratureArguments {
  readonly nodes: number;
  readonly nodeCount: number;
  readonly points: number;
  readonly ratio: number;
  readonly factor: number;
  readonly scratch: number;
}

/** States of all edges, and the products that arrive at all places. */
function walkDown(bytes: Int8Array, words: Int32Array, doubles: Float64Array, tree: QuadratureArguments, row: number): void {
  const { nodes, nodeCount, points, ratio, scratch } = tree;
  const states = (scratch + 2 * nodeCount * points) * 2;
  const taken = states + nodeCount;
  doubles.fill(1, scratch, scratch + points);
  words[states] = 0;
  for (let place = 0; place < nodeCount; place++) {
    const node = nodes + place * 8;
    const right = words[node + 2];
    if (right > 0) words[taken + place] = bytes[words[node + 3] + row] > words[node + 4] ? right : place + 1;
    if (place === 0) continue;
    const parent = words[node];
    const state = words[states + words[node + 1]] === 0 ? (words[taken + parent] === place ? 0 : 1) : 2;
    words[states + place] = state;
    const from = ratio + (place * 3 + state) * points;
    for (let point = 0; point < points; point++)
      doubles[scratch + place * points + point] = doubles[scratch + parent * points + point] * doubles[from + point];
  }
}

/** Sums of product · value over every subtree, and of them the effects. */
function sumUp(words: Int32Array, doubles: Float64Array, tree: QuadratureArguments, values: number, column: number): void {
  const { nodes, nodeCount, points, factor, scratch } = tree;
  const sums = scratch + nodeCount * points;
  const states = (scratch + 2 * nodeCount * points) * 2;
  doubles.fill(0, sums, sums + nodeCount * points);
  for (let place = nodeCount - 1; place > 0; place--) {
    const node = nodes + place * 8;
    const from = factor + (place * 3 + words[states + place]) * points;
    const above = sums + words[node] * points;
    const isLeaf = words[node + 2] === 0;
    const own = (isLeaf ? scratch : sums) + place * points;
    const value = doubles[values + place];
    // Two sums, as the kernel has two lanes.
    let even = 0;
    let odd = 0;
    for (let point = 0; point < points; point += 2) {
      const first = isLeaf ? doubles[own + point] * value : doubles[own + point];
      const second = isLeaf ? doubles[own + point + 1] * value : doubles[own + point + 1];
      even += first * doubles[from + point];
      odd += second * doubles[from + point + 1];
      doubles[above + point] += first;
      doubles[above + point + 1] += second;
    }
    doubles[column + words[node + 5] / 8] += even + odd;
  }
}
