/** Rows below which comparing is cheaper than counting digits. */
const FEW = 256;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const MASK = DIGITS - 1;

/**
 * Positions of the values in ascending order, equal values in the order in which they stand; -0 equals 0, NaN comes last.
 *
 * A radix sort over the bits of the doubles, the lowest digit first; digits that all values share are skipped.
 * Cost: O(rows); scratch six words a row.
 */
export function ascendingOrder(values: Float64Array): Uint32Array {
  const order = Uint32Array.from(values, (_, row) => row);
  if (values.length <= FEW) return order.sort((a, b) => compare(values[a], values[b]) || a - b);
  const { head, tail } = sortableWords(values);
  let sorter: Words = { order, head, tail };
  let spare: Words = {
    order: new Uint32Array(order.length),
    head: new Uint32Array(order.length),
    tail: new Uint32Array(order.length),
  };
  const steps: readonly (readonly ["head" | "tail", number])[] = [
    ["tail", 0],
    ["tail", 11],
    ["tail", 22],
    ["head", 0],
    ["head", 11],
    ["head", 22],
  ];
  for (const [word, shift] of steps) {
    const next = digitStarts(sorter[word], shift);
    if (next === null) continue;
    moveByDigit(sorter, spare, sorter[word], shift, next);
    [sorter, spare] = [spare, sorter];
  }
  return sorter.order;
}

/** The values in ascending order, NaN last. Cost: as `ascendingOrder`. */
export function sortedValues(values: Float64Array): Float64Array {
  const order = ascendingOrder(values);
  const sorted = new Float64Array(values.length);
  for (let row = 0; row < order.length; row++) sorted[row] = values[order[row]];
  return sorted;
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

interface Words {
  readonly order: Uint32Array;
  readonly head: Uint32Array;
  readonly tail: Uint32Array;
}

/** Two words by row that compare as the doubles do: the sign bit is turned, and of negative numbers every bit. */
function sortableWords(values: Float64Array): { head: Uint32Array; tail: Uint32Array } {
  const head = new Uint32Array(values.length);
  const tail = new Uint32Array(values.length);
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  double[0] = 1;
  const headPlace = words[1] === 0 ? 0 : 1;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) {
      head[row] = 0xffffffff;
      tail[row] = 0xffffffff;
      continue;
    }
    // -0 + 0 = 0.
    double[0] = value + 0;
    const bits = words[headPlace];
    const turn = bits >>> 31 === 1 ? 0xffffffff : 0;
    head[row] = bits ^ (turn | 0x80000000);
    tail[row] = words[1 - headPlace] ^ turn;
  }
  return { head, tail };
}

/** Where each digit's rows begin; null when all rows have the same one. */
function digitStarts(word: Uint32Array, shift: number): Int32Array | null {
  const starts = new Int32Array(DIGITS);
  for (let row = 0; row < word.length; row++) starts[(word[row] >>> shift) & MASK]++;
  if (starts[(word[0] >>> shift) & MASK] === word.length) return null;
  let total = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit];
    starts[digit] = total;
    total += count;
  }
  return starts;
}

function moveByDigit(from: Words, to: Words, word: Uint32Array, shift: number, next: Int32Array): void {
  for (let row = 0; row < word.length; row++) {
    const digit = (word[row] >>> shift) & MASK;
    const place = next[digit];
    next[digit] = place + 1;
    to.order[place] = from.order[row];
    to.head[place] = from.head[row];
    to.tail[place] = from.tail[row];
  }
}
