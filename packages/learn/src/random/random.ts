/** A stream of pseudo-random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform whole number in 0 … bound − 1; `bound` from 1 to 2^32. */
  integer(bound: number): number;
  /** Another stream, fixed by this one's seed and the number alone: what was drawn before does not matter. */
  fork(stream: number): Random;
}

const WORD = 4_294_967_296;

/**
 * A generator for sampling (not for secrets): sfc32, 128 bits of state, which passes PractRand and BigCrush, seeded by
 * splitmix32.
 *
 * @param seed  a whole number; its lower 64 bits of two's complement count
 * @see Doty-Humphrey, PractRand (sfc32); Steele, Lea, Flood 2014 (splitmix)
 */
export function createRandom(seed: number): Random {
  return createStream([seed >>> 0, Math.floor(seed / WORD) >>> 0]);
}

function createStream(key: readonly number[]): Random {
  const mix = splitmix(key);
  // a, b, c and the counter. In variables of a closure each word would be a number on the heap, made anew every time.
  const state = Int32Array.of(mix(), mix(), mix(), 1);
  const word = (): number => {
    const b = state[1];
    const c = state[2];
    const counter = state[3];
    const sum = (state[0] + b + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    state[3] = counter + 1;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) word();
  const next = (): number => {
    const high = word() >>> 5;
    return (high * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;
  };
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    fork: (stream) => createStream([...key, stream >>> 0, Math.floor(stream / WORD) >>> 0]),
  };
}

/** Words that depend on every word of the key and on their order. */
function splitmix(key: readonly number[]): () => number {
  let state = key.length;
  const word = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  for (const part of key) state = word() ^ part;
  return word;
}
