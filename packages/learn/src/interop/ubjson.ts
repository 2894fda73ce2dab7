import type { HeaderReader } from "../bundle/header-reader.js";

/** Far deeper than XGBoost nests; recursion must end before the stack does. */
const DEEPEST = 64;

/**
 * Reads one value of UBJSON (draft 12, big-endian) as XGBoost writes it: objects, lists, typed lists, texts, numbers,
 * true, false and null. A number too large for float64 is rounded. Cost: O(bytes).
 *
 * @throws what `reader.fail` makes: cut short, unknown marker, nested too deep, longer than the file
 * @see https://ubjson.org/type-reference/
 */
export function readUbjson(bytes: Uint8Array, reader: HeaderReader): unknown {
  const parser = new UbjsonParser(bytes, reader);
  return parser.value(parser.marker(), 0);
}

class UbjsonParser {
  private position = 0;
  private readonly view: DataView;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });

  constructor(
    private readonly bytes: Uint8Array,
    private readonly reader: HeaderReader,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  marker(): string {
    return String.fromCharCode(this.bytes[this.take(1)]);
  }

  value(marker: string, depth: number): unknown {
    if (depth > DEEPEST) throw this.reader.fail(`is more than ${DEEPEST} lists deep`);
    switch (marker) {
      case "{":
        return this.object(depth);
      case "[":
        return this.list(depth);
      case "S":
        return this.text();
      case "Z":
        return null;
      case "T":
        return true;
      case "F":
        return false;
      default:
        return this.number(marker);
    }
  }

  private number(marker: string): number {
    const { view } = this;
    switch (marker) {
      case "i":
        return view.getInt8(this.take(1));
      case "U":
        return view.getUint8(this.take(1));
      case "I":
        return view.getInt16(this.take(2));
      case "l":
        return view.getInt32(this.take(4));
      case "L":
        return Number(view.getBigInt64(this.take(8)));
      case "d":
        return view.getFloat32(this.take(4));
      case "D":
        return view.getFloat64(this.take(8));
      default:
        throw this.reader.fail(`has the unknown marker ${JSON.stringify(marker)} before byte ${this.position}`);
    }
  }

  /** A length, which no file can have above its own. */
  private length(): number {
    const length = this.number(this.marker());
    if (!Number.isInteger(length) || length < 0 || length > this.bytes.length - this.position)
      throw this.reader.fail(`says that ${length} entries follow byte ${this.position} of ${this.bytes.length}`);
    return length;
  }

  private text(): string {
    const length = this.length();
    const start = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(start, start + length));
    } catch {
      throw this.reader.fail(`holds text that is not UTF-8 at byte ${start}`);
    }
  }

  private object(depth: number): Record<string, unknown> {
    const { type, count } = this.header();
    const entries: [string, unknown][] = [];
    while (count === null ? !this.skip("}") : entries.length < count) {
      const name = this.text();
      entries.push([name, this.value(type ?? this.marker(), depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  private list(depth: number): unknown[] {
    const { type, count } = this.header();
    const values: unknown[] = [];
    while (count === null ? !this.skip("]") : values.length < count) values.push(this.value(type ?? this.marker(), depth + 1));
    return values;
  }

  /** Type of all entries (`$`) and their count (`#`), where a list or object says them. */
  private header(): { type: string | null; count: number | null } {
    const type = this.skip("$") ? this.marker() : null;
    // Entries without bytes of their own could be claimed without end.
    if (type !== null && "ZTFN".includes(type)) throw this.reader.fail(`has a list of the type ${type}`);
    const count = this.skip("#") ? this.length() : null;
    if (type !== null && count === null) throw this.reader.fail("has a type without a count");
    return { type, count };
  }

  private skip(marker: string): boolean {
    if (this.position >= this.bytes.length) throw this.reader.fail(`ends at byte ${this.bytes.length}: it is cut short`);
    const found = this.bytes[this.position] === marker.charCodeAt(0);
    if (found) this.position++;
    return found;
  }

  private take(count: number): number {
    const start = this.position;
    if (start + count > this.bytes.length) throw this.reader.fail(`ends at byte ${this.bytes.length}: it is cut short`);
    this.position = start + count;
    return start;
  }
}
