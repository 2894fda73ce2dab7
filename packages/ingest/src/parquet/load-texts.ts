import type { FrameColumn } from "@atalaya/learn";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal } from "./duckdb.js";

type CategoryColumn = Extract<FrameColumn, { kind: "category" }>;

/** Parts the texts of a block: the unit separator, which no text of people has. */
const SEPARATOR = "\u001f";
/** Stands for a missing value. */
const MISSING = "\u001e";
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
