import { createReadStream } from "node:fs";
import { appendFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { QuarantinedRow } from "@atalaya/store";

/** Rows that are kept in memory; what is more goes to the file. */
const MOST_KEPT = 20_000;

/** Refused rows of a batch in their order: a few of them in memory, the others in a file as JSON lines. */
export class RowSpool {
  count = 0;
  #kept: QuarantinedRow[] = [];
  #hasFile = false;

  /** @param path  of a file that is not there yet, in a folder that somebody removes */
  constructor(readonly path: string) {}

  async add(rows: readonly QuarantinedRow[]): Promise<void> {
    this.count += rows.length;
    for (const { line, column, reason, text } of rows) {
      this.#kept.push({ line, column, reason, text });
      if (this.#kept.length > MOST_KEPT) await this.#spill();
    }
  }

  async #spill(): Promise<void> {
    // A reader of lines also ends them at these two, which JSON lets stand.
    const escaped = (text: string): string => text.replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
    const lines = this.#kept.map((row) => `${escaped(JSON.stringify(row))}\n`);
    await appendFile(this.path, lines.join(""));
    this.#kept = [];
    this.#hasFile = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QuarantinedRow> {
    if (this.#hasFile) {
      const lines = createInterface({ input: createReadStream(this.path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
      for await (const line of lines) yield JSON.parse(line) as QuarantinedRow;
    }
    yield* this.#kept;
  }
}
