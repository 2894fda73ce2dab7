const utf8 = new TextEncoder();

const VARINT = 0;
const BYTES = 2;

/**
 * Writes one message of Protocol Buffers, field by field in the order of the calls.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  integer(field: number, value: number): this {
    return this.tag(field, VARINT).push(Uint8Array.from(varint(value)));
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, BYTES)
      .push(Uint8Array.from(varint(value.length)))
      .push(value);
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  /** A packed list of whole numbers. */
  integers(field: number, values: readonly number[]): this {
    return this.bytes(field, Uint8Array.from(values.flatMap(varint)));
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let offset = 0;
    for (const part of this.parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }

  private tag(field: number, wireType: number): this {
    return this.push(Uint8Array.from(varint(field * 8 + wireType)));
  }

  private push(part: Uint8Array): this {
    this.parts.push(part);
    this.length += part.length;
    return this;
  }
}

/** Seven bits a byte, the lowest first; a negative number as 64-bit two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

/** The bytes of numbers as a file holds them, on any machine. */
export function littleEndian(values: Float64Array | BigInt64Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  const size = values.BYTES_PER_ELEMENT;
  for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse();
  return bytes;
}
