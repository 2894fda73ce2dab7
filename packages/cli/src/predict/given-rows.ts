import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { errors } from "../errors.js";
import type { Session } from "../session.js";

/** Rows as they were given: values of JSON, or a table that is still to be read by the model's contract. */
export type GivenRows =
  | { readonly kind: "values"; readonly source: string; readonly rows: readonly unknown[] }
  | { readonly kind: "table"; readonly source: string; readonly path: string };

/**
 * Reads what stands for rows on the command line: JSON text, a file, or `-`.
 *
 * @throws CLI_NO_FILE, CLI_BAD_ROWS
 */
export async function readGivenRows(given: string, session: Pick<Session, "terminal" | "workingDirectory">): Promise<GivenRows> {
  if (given === "-") {
    return {
      kind: "values",
      source: "the standard input",
      rows: parseRows("the standard input", await text(session.terminal.stdin)),
    };
  }
  if (/^\s*[[{]/.test(given)) return { kind: "values", source: "the row", rows: parseRows("the row", given) };
  const path = resolve(session.workingDirectory, given);
  if (!existsSync(path)) throw errors.NO_FILE({ path });
  switch (extname(path).toLowerCase()) {
    case ".json":
    case ".jsonl":
    case ".ndjson":
      return { kind: "values", source: given, rows: parseRows(given, await readFile(path, "utf8")) };
    default:
      return { kind: "table", source: given, path };
  }
}

/** One JSON value, or one a line. An object is a row, unless all that it holds is a list called `rows`. */
function parseRows(source: string, content: string): unknown[] {
  const json = content.replace(/^\uFEFF/, "").trim();
  if (json === "") throw errors.BAD_ROWS({ source, why: "it is empty" });
  try {
    return rowsOf(JSON.parse(json));
  } catch (whole) {
    const lines = json.split(/\r?\n/);
    if (lines.length === 1) throw errors.BAD_ROWS({ source, why: `it is not JSON (${messageOf(whole)})` }, whole);
    return lines.flatMap((line, index) => (line.trim() === "" ? [] : [parseLine(source, line, index + 1)]));
  }
}

function parseLine(source: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw errors.BAD_ROWS({ source, why: `line ${number} is not JSON (${messageOf(error)})` }, error);
  }
}

function rowsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "object" && value !== null && "rows" in value && Array.isArray(value.rows)) return value.rows;
  return [value];
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
