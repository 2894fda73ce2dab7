/**
 * 32-bit MurmurHash3 of a text's UTF-16 code units (each as two little-endian bytes): the same on every machine and in
 * every release, because parts of a split must not move. Not for secrets.
 *
 * @see https://github.com/aappleby/smhasher, MurmurHash3_x86_32
 */
export function hashText(text: string, seed: number): number {
  let hash = seed | 0;
  const pairs = text.length >> 1;
  for (let pair = 0; pair < pairs; pair++) {
    hash = mixBlock(hash, text.charCodeAt(2 * pair) | (text.charCodeAt(2 * pair + 1) << 16));
  }
  if (text.length % 2 === 1) hash ^= scramble(text.charCodeAt(text.length - 1));
  return finish(hash, text.length * 2);
}

const bits = new DataView(new ArrayBuffer(8));

/** 32-bit MurmurHash3 of a number's eight little-endian bytes. -0 hashes as 0, every NaN as one. */
export function hashNumber(value: number, seed: number): number {
  bits.setFloat64(0, value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value, true);
  const hash = mixBlock(mixBlock(seed | 0, bits.getInt32(0, true)), bits.getInt32(4, true));
  return finish(hash, 8);
}

/** A hash that depends on both, and on their order. */
export function combineHashes(first: number, second: number): number {
  return finish(mixBlock(first, second), 4);
}

/** A 32-bit hash as a share: 0 ≤ share < 1. */
export function hashShare(hash: number): number {
  return (hash >>> 0) / 0x1_0000_0000;
}

function scramble(block: number): number {
  const spread = Math.imul(block, 0xcc9e2d51);
  return Math.imul((spread << 15) | (spread >>> 17), 0x1b873593);
}

function mixBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, byteLength: number): number {
  let mixed = hash ^ byteLength;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}
