/** Types that numpy and typed arrays share. */
const typeOf = new Map<unknown, string>([
  [Float64Array, "<f8"],
  [Int32Array, "<i4"],
  [Uint8Array, "|u1"],
]);

/**
 * An array as a file of numpy, version 1.0: one dimension, little endian.
 *
 * @see numpy.lib.format
 */
export function npyFile(array: Float64Array | Int32Array | Uint8Array): Uint8Array {
  const header = `{'descr': '${typeOf.get(array.constructor) ?? "|u1"}', 'fortran_order': False, 'shape': (${array.length},), }`;
  // The data begins at a multiple of 64 bytes.
  const padded = `${header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11)}\n`;
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 0xff, padded.length >> 8]);
  return Buffer.concat([magic, Buffer.from(padded, "latin1"), Buffer.from(array.buffer, array.byteOffset, array.byteLength)]);
}
