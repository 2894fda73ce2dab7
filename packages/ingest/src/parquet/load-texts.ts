import type { FrameColumn } from "@atalaya/learn";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal } from "./duckdb.js";

type CategoryColumn = Extract<FrameColumn, { kind: "category" }>;

/** Parts the texts of a block: the unit separator, which no text of people has. */
const SEPARATOR = "\u001f";
/** Stands for a missing value. */
export const MISSING = "\u001e";
const BLOCK_ROWS = 65_536;

/** False where a text holds one of the two control characters, or the one that ends texts in C. */
export function canLoadTexts({ levels }: CategoryColumn): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are looked for.
  const special = /[\u0000\u001e\u001f]/;
  return !levels.some((level) => special.test(level));
}

/**
 * Makes a table with one column `t`: the text of each row, in the order of rows. A block of rows goes over as one text, which is
 * ten times as quick as a call for each.
 */
export async function loadTexts(connection: DuckDBConnection, table: string, column: CategoryColumn): Promise<void> {
  await connection.run(`CREATE TABLE ${table} (t VARCHAR)`);
  const { codes, levels } = column;
  const insert = `INSERT INTO ${table} SELECT nullif(unnest(string_split($1, ${literal(SEPARATOR)})), ${literal(MISSING)})`;
  for (let start = 0; start < codes.length; start += BLOCK_ROWS) {
    const texts = Array.from(codes.subarray(start, start + BLOCK_ROWS), (code) => levels[code] ?? MISSING);
    await connection.run(insert, [texts.join(SEPARATOR)]);
  }
}

/** Bytes of a text that the database keeps within the 16 bytes of its `duckdb_string_t`, behind four of length. */
const MOST_INLINE_BYTES = 12;
const WORDS = 4;

/**
 * The rows' texts as the database holds short ones in memory, 16 bytes each: nothing is parsed, and no text is made.
 *
 * @returns null where a level is longer than 12 bytes of UTF-8
 * @see duckdb.h, duckdb_string_t
 */
export function inlineTexts({ codes, levels }: CategoryColumn): Int32Array | null {
  if (levels.some(({ length }) => length > MOST_INLINE_BYTES)) return null;
  const known = new Int32Array((levels.length + 1) * WORDS);
  const bytes = new Uint8Array(known.buffer);
  const encoder = new TextEncoder();
  for (const [code, level] of [...levels, MISSING].entries()) {
    const at = code * WORDS * 4 + 4;
    const { read, written } = encoder.encodeInto(level, bytes.subarray(at, at + MOST_INLINE_BYTES));
    if (read < level.length) return null;
    known[code * WORDS] = written;
  }
  const texts = new Int32Array(codes.length * WORDS);
  for (let row = 0; row < codes.length; row++) {
    const from = (codes[row]! < 0 ? levels.length : codes[row]!) * WORDS;
    const to = row * WORDS;
    texts[to] = known[from]!;
    texts[to + 1] = known[from + 1]!;
    texts[to + 2] = known[from + 2]!;
    texts[to + 3] = known[from + 3]!;
  }
  return texts;
}
