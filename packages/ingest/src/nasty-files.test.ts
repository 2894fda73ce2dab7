import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isAtalayaError } from "@atalaya/errors";
import type { ColumnSchema } from "@atalaya/learn";
import { describe, expect, test } from "vitest";
import { type BatchReading, inspectFile, type ProposedColumn, readBatch } from "./index.js";

/** 115 malformed files of other projects: not part of the repository, so these tests run only beside it. */
const folder = fileURLToPath(new URL("../../../../shared/data/nasty/", import.meta.url));
const files = existsSync(folder) ? readdirSync(folder).filter((name) => !/^(LICENSES|SOURCES\.tsv)$/.test(name)) : [];
const reason = files.length === 0 ? " (skipped: no ../shared/data/nasty beside the repository)" : "";

export function schemaOf({ header, name, type, levels, optional }: ProposedColumn): ColumnSchema {
  return { name, from: [header], type, optional, ...(levels === null ? {} : { levels }) };
}

async function readAsProposed(name: string): Promise<BatchReading> {
  const path = folder + name;
  const { columns } = await inspectFile(path);
  return readBatch({ name, path }, columns.map(schemaOf));
}

describe.skipIf(files.length === 0)(`real malformed files${reason}`, () => {
  test("all of them are here", () => expect(files).toHaveLength(115));

  test.each(files)("%s ends in rows that add up, or in one error that names file and cure", async (name) => {
    let reading: BatchReading;
    try {
      reading = await readAsProposed(name);
    } catch (error) {
      if (!isAtalayaError(error)) throw error;
      expect(error.code).toMatch(/^INGEST_/);
      expect(error.message).toContain(name);
      expect(error.hint).toBeTruthy();
      return;
    }
    expect(reading.read).toBe(reading.accepted.rowCount + reading.rejected.length);
    expect(reading.lines).toHaveLength(reading.accepted.rowCount);
    for (const row of reading.rejected) {
      expect(row.line).toBeGreaterThan(0);
      expect(row.reason).not.toBe("");
      expect(row.text).not.toBe("");
    }
  });
});
