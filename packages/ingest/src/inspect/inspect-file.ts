import { basename } from "node:path";
import { MISSING_MARKERS } from "../contract/missing-markers.js";
import { type BatchInput, openRecords } from "../contract/read-batch.js";
import type { BatchFormat, SchemaNote } from "../formats/format.js";
import type { RecordBlock, TextBlock, ValueBlock } from "../formats/record-block.js";
import { camelCaseNames } from "./camel-case.js";
import { ColumnFacts } from "./column-facts.js";
import { guessTarget } from "./guess-target.js";
import { type ProposedColumn, proposeColumn, typeChoices } from "./propose-column.js";

/** Rows that are looked at. */
const MOST_ROWS = 2_000_000;
/** Share of the rows that the proposed types may reject together. */
const MOST_REJECTED = 0.008;

export interface FileInspection {
  readonly format: BatchFormat;
  /** Rows that were looked at. */
  readonly rowCount: number;
  /** Records of the file that are malformed. */
  readonly malformed: number;
  /** False: the file is larger than what is looked at; no levels are proposed then, and every column is optional. */
  readonly isWhole: boolean;
  readonly columns: readonly ProposedColumn[];
  /** Header of the column that is probably to be predicted; null: none could be. */
  readonly target: string | null;
  readonly notes: readonly SchemaNote[];
}

class FileFacts {
  readonly byName = new Map<string, ColumnFacts>();
  rowCount = 0;
  malformed = 0;

  #column(name: string): ColumnFacts {
    let facts = this.byName.get(name);
    if (!facts) {
      facts = new ColumnFacts(name);
      this.byName.set(name, facts);
    }
    while (facts.rows < this.rowCount) facts.addMissing();
    return facts;
  }

  add(block: RecordBlock): void {
    this.malformed += block.rejected.length;
    if (block.kind === "text") this.#addCells(block);
    else this.#addValues(block);
    this.rowCount += block.recordCount;
  }

  #addCells(block: TextBlock): void {
    const missing = new Set(block.missing ?? MISSING_MARKERS);
    block.fields.forEach((name, field) => {
      const facts = this.#column(name);
      for (let record = 0; record < block.recordCount; record++) {
        const cell = record * block.fields.length + field;
        const text = block.bytes.toString("utf8", block.cellStarts[cell], block.cellEnds[cell]).trim();
        if (text === "" || missing.has(text)) facts.addMissing();
        else facts.addText(text);
      }
    });
  }

  #addValues(block: ValueBlock): void {
    const missing = new Set(MISSING_MARKERS);
    for (const name of block.names) {
      const facts = this.#column(name);
      const given = block.column(name);
      if (given?.kind === "times") facts.isTyped = true;
      for (let record = 0; record < block.recordCount; record++) {
        const value: unknown = given?.values[record] ?? null;
        const text = typeof value === "string" ? value.trim() : value === null || Number.isNaN(value) ? "" : String(value);
        if (typeof value === "object" && value !== null) facts.addNested();
        else if (text === "" || missing.has(text)) facts.addMissing();
        else facts.addText(text);
      }
    }
  }

  /** Brings columns that some last rows do not have to full length. */
  finish(): readonly ColumnFacts[] {
    return [...this.byName.keys()].map((name) => this.#column(name));
  }
}

/** Types under which the columns together reject at most `MOST_REJECTED` of the rows: the worst give way first. */
function chooseTypes(all: readonly ColumnFacts[], rowCount: number): ReturnType<typeof typeChoices>[number][] {
  const choices = all.map(typeChoices);
  const chosen = choices.map((options) => options[0]!);
  for (;;) {
    const rejected = chosen.reduce((sum, { rejects }) => sum + rejects, 0);
    const worst = chosen.reduce((worse, { rejects }, at) => (rejects > chosen[worse]!.rejects ? at : worse), 0);
    if (rejected <= MOST_REJECTED * rowCount || chosen[worst]!.rejects === 0) return chosen;
    chosen[worst] = choices[worst]!.at(-1)!;
  }
}

/**
 * Looks at a file and proposes a column of a dataset for each of its columns, and what is probably to be predicted: for
 * `atalaya init`. The proposed types accept at least 99 % of the file's well-formed rows. A column that holds lists or objects
 * is left out, with a note.
 *
 * @throws INGEST_* as `readBatch`
 */
export async function inspectFile(
  path: string,
  input: Omit<BatchInput, "path" | "bytes" | "name"> = {},
): Promise<FileInspection> {
  const notes: SchemaNote[] = [];
  const { format, blocks, cut } = await openRecords({ ...input, name: basename(path), path }, null, notes);
  const facts = new FileFacts();
  let isWhole = true;
  for await (const block of blocks) {
    facts.add(block);
    if (facts.rowCount >= MOST_ROWS) {
      isWhole = false;
      break;
    }
  }
  const all = facts.finish();
  const flat = all.filter(({ nested }) => nested === 0);
  if (flat.length < all.length) {
    const names = all.filter(({ nested }) => nested > 0).map(({ name }) => JSON.stringify(name));
    notes.push({
      kind: "extraColumns",
      message: `${basename(path)}: columns that hold lists or objects are left out: ${names.join(", ")}.`,
    });
  }
  if (cut.because !== null)
    notes.push({ kind: "cut", message: `${basename(path)}: ${cut.because}; what comes behind the cut is lost.` });
  const types = chooseTypes(flat, facts.rowCount);
  const names = camelCaseNames(flat.map(({ name }) => name));
  const columns = flat.map((one, at) => proposeColumn(one, names[at]!, types[at]!.type, isWhole));
  return { format, rowCount: facts.rowCount, malformed: facts.malformed, isWhole, columns, target: guessTarget(columns), notes };
}
