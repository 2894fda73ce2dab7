import type { ColumnSchema } from "@atalaya/learn";

/** Turns the text of a cell, as CSV carries it, into the value that JSON would carry. An empty cell is missing. */
export type CellReader = (text: string) => number | string | boolean | null;

/** What is no number stays text, so that reading the row names it as the problem that it is. */
export function cellReader(column: ColumnSchema | undefined): CellReader {
  switch (column?.type) {
    case "number":
    case "integer":
      return (text) => (text === "" ? null : numberOrText(text));
    case "boolean":
      return (text) => {
        if (text === "") return null;
        if (text === "true" || text === "True" || text === "1") return true;
        return text === "false" || text === "False" || text === "0" ? false : text;
      };
    default:
      return (text) => (text === "" ? null : text);
  }
}

function numberOrText(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) && text.trim() !== "" ? value : text;
}

/** Records of CSV (RFC 4180): separated by commas, cells in quotes where they hold a comma, a quote or an end of line. */
export function parseCsv(text: string): string[][] {
  const lines = text.includes('"') ? null : text.split(/\r?\n/);
  if (lines !== null) return lines.filter((line) => line !== "").map((line) => line.split(","));
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let position = 0; position < text.length; position++) {
    const character = text[position]!;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[position + 1] === '"') {
        cell += '"';
        position++;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === ",") {
      record.push(cell);
      cell = "";
    } else if (character === "\n") {
      if (cell.endsWith("\r")) cell = cell.slice(0, -1);
      record.push(cell);
      if (record.length > 1 || cell !== "") records.push(record);
      record = [];
      cell = "";
    } else cell += character;
  }
  if (cell !== "" || record.length > 0) records.push([...record, cell]);
  return records;
}

/** A cell as CSV writes it. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
