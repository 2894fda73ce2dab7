import { createScorer, decodeBundle } from "@atalaya/learn";
import { parse } from "papaparse";
import { type ColumnMapping, csvLine, mapColumns, readCell } from "./csv-columns.js";
import type { FormRow } from "./page-model.js";
import { type RowResult, resultCells, resultHeader, scoreRows } from "./row-results.js";

/** What the page asks of the worker. */
export interface ScoreJob {
  readonly bundle: Uint8Array;
  readonly file: Blob;
  readonly withReasons: boolean;
}

/** What the worker tells. */
export type ScoreNews =
  | { readonly type: "columns"; readonly mapping: ColumnMapping }
  /** Results of some rows; only as many are sent as a table shows. */
  | {
      readonly type: "rows";
      readonly results: readonly RowResult[];
      readonly rows: number;
      readonly bad: number;
      readonly share: number;
    }
  | { readonly type: "done"; readonly rows: number; readonly bad: number; readonly csv: Blob }
  | { readonly type: "failed"; readonly message: string };

/** A table of more rows helps nobody; the download has all. */
export const MOST_SHOWN = 100_000;
/** Rows scored at once: enough for speed, few enough for progress. */
const ROWS_AT_ONCE = 250;
const HEADER_LINES = 1;
/** Text of results that this thread holds; what is over is given to the browser, which keeps it on disk when it is much. */
const MOST_TEXT = 4_000_000;

function score({ bundle: bytes, file, withReasons }: ScoreJob): void {
  const bundle = decodeBundle(bytes);
  const model = { bundle, scorer: createScorer(bundle) };
  const inputs = bundle.features.inputs;
  let mapping: ColumnMapping | null = null;
  let header: readonly string[] = [];
  let rows = 0;
  let bad = 0;
  const download = new ResultFile();

  const scorePart = (lines: readonly (readonly string[])[], known: ColumnMapping, share: number): void => {
    const requests = lines.map((cells): FormRow => {
      const entries = inputs.flatMap((column) => {
        const position = known.positions.get(column.name);
        return position === undefined ? [] : [[column.name, readCell(column, cells[position] ?? "")] as const];
      });
      return Object.fromEntries(entries.filter(([, cell]) => cell !== null));
    });
    const results = scoreRows(model, requests, rows + 1 + HEADER_LINES, withReasons);
    for (const [at, result] of results.entries()) {
      const given = lines[at] ?? [];
      download.add(csvLine([...header.map((_, cell) => given[cell] ?? ""), ...resultCells(model, result, withReasons)]));
    }
    const room = Math.max(0, MOST_SHOWN - rows);
    rows += results.length;
    bad += results.filter(({ answer }) => answer === null).length;
    post({ type: "rows", results: results.slice(0, room), rows, bad, share });
  };

  parse<string[]>(file as File, {
    skipEmptyLines: true,
    chunkSize: 1_000_000,
    chunk: ({ data, meta }, parser) => {
      let lines: string[][] = data;
      if (mapping === null) {
        header = (lines[0] ?? []).map((name) => name.replace(/^\ufeff/, "").trim());
        lines = lines.slice(1);
        mapping = mapColumns(header, inputs);
        post({ type: "columns", mapping });
        if (mapping.missing.length > 0 || mapping.positions.size === 0) return parser.abort();
        download.add(csvLine([...header, ...resultHeader(model, withReasons)]));
      }
      const share = Math.min(1, meta.cursor / Math.max(1, file.size));
      for (let from = 0; from < lines.length; from += ROWS_AT_ONCE)
        scorePart(lines.slice(from, from + ROWS_AT_ONCE), mapping, share);
    },
    complete: () => {
      if (mapping !== null && mapping.missing.length === 0 && mapping.positions.size > 0)
        post({ type: "done", rows, bad, csv: download.file() });
      else if (mapping === null) post({ type: "failed", message: "The file is empty." });
    },
    error: (error: Error) => post({ type: "failed", message: error.message }),
  });
}

/** A file of any size that grows line by line, of which only the end is in this thread's memory. */
class ResultFile {
  #parts: Blob[] = [];
  #lines: string[] = [];
  #length = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= MOST_TEXT) this.#give();
  }

  file(): Blob {
    this.#give();
    return new Blob(this.#parts, { type: "text/csv" });
  }

  #give(): void {
    this.#parts.push(new Blob(this.#lines));
    this.#lines = [];
    this.#length = 0;
  }
}

function post(news: ScoreNews): void {
  self.postMessage(news);
}

self.onmessage = ({ data }: MessageEvent<ScoreJob>) => {
  try {
    score(data);
  } catch (error) {
    post({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
};
