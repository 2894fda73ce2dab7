import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ColumnSchema, ColumnType } from "@atalaya/learn";
import { describe, expect, test } from "vitest";
import { type BatchReading, inspectFile, type ProposedColumn, readBatch } from "./index.js";

/** Real data that is not part of the repository: these tests run only beside it. */
const folder = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const isHere = existsSync(folder);
const reason = isHere ? "" : " (skipped: no ../shared/data beside the repository)";

const column = (name: string, type: ColumnType, from = name): ColumnSchema => ({ name, from: [from], type, optional: true });
const schemaOf = ({ header, name, type, levels, optional }: ProposedColumn): ColumnSchema => ({
  name,
  from: [header],
  type,
  optional,
  ...(levels === null ? {} : { levels }),
});

const flow = [
  { ...column("at", "time", "ts"), optional: false },
  column("srcIp", "category", "id.orig_h"),
  column("bytes", "integer", "orig_bytes"),
  column("duration", "number"),
  column("label", "category"),
];

function countMissing({ accepted }: BatchReading, name: string): number {
  const found = accepted.columns.get(name)!;
  return found.kind === "category" ? found.codes.filter((code) => code < 0).length : found.values.filter(Number.isNaN).length;
}

describe.skipIf(!isHere)(`real files${reason}`, () => {
  test("realtor v2: the upload was cut, its last line is quarantined as incomplete", async () => {
    const path = `${folder}realtor/realtor-v2-12col.truncated.csv.gz`;
    const columns = [
      column("price", "number"),
      column("zip", "category", "zip_code"),
      column("soldAt", "time", "prev_sold_date"),
    ];
    const reading = await readBatch({ name: "realtor-v2", path }, columns);
    expect([reading.read, reading.accepted.rowCount]).toEqual([12_886, 12_885]);
    expect(reading.rejected).toMatchObject([
      { line: 12_887, reason: "the last line is incomplete: expected 12 fields, found 11" },
    ]);
    expect(reading.accepted.columns.get("zip")).toMatchObject({ levels: expect.arrayContaining(["00601"]) });
  });

  test("IoT-23: 23,145 flows, the joined labels apart, unset bytes missing", async () => {
    const path = `${folder}zeek/iot23-34-1.conn.log.labeled.gz`;
    const reading = await readBatch({ name: "iot23", path, format: "zeek" }, flow);
    expect([reading.read, reading.rejected]).toEqual([23_145, []]);
    const label = reading.accepted.columns.get("label");
    if (label?.kind !== "category") throw new Error("label is no category");
    const malicious = label.levels.indexOf("Malicious");
    expect(label.codes.filter((code) => code === malicious)).toHaveLength(21_222);
    expect(countMissing(reading, "bytes") / 23_145).toBeCloseTo(0.77, 1);
  });

  test.each([
    ["zat.conn.log", "zeek", 360],
    ["zat.conn.json.log", "jsonl", 50],
    ["brobeat.conn.log.gz", "zeek", 6_465],
  ])("%s is %s with %i flows", async (name, format, rows) => {
    const reading = await readBatch({ name, path: `${folder}zeek/${name}`, format: "zeek" }, flow);
    expect([reading.format, reading.accepted.rowCount, reading.rejected]).toEqual([format, rows, []]);
    expect(countMissing(reading, "at")).toBe(0);
  });

  test("NSL-KDD: text without header and Parquet hold the same", async () => {
    const header = readFileSync(`${folder}nsl-kdd/columns.txt`, "utf8").trim().split(/\r?\n/);
    const columns = header.map((name) =>
      column(name, ["protocol_type", "service", "flag", "attack"].includes(name) ? "category" : "number"),
    );
    const text = await readBatch({ name: "KDDTest+.txt.gz", path: `${folder}nsl-kdd/KDDTest+.txt.gz`, header }, columns);
    const parquet = await readBatch({ name: "KDDTest+.parquet", path: `${folder}nsl-kdd/KDDTest+.parquet` }, columns);
    expect(text.read).toBe(22_544);
    expect(text.accepted).toEqual(parquet.accepted);
    await expect(readBatch({ name: "KDDTest+.txt.gz", path: `${folder}nsl-kdd/KDDTest+.txt.gz` }, columns)).rejects.toMatchObject(
      {
        code: "INGEST_HEADER_DUPLICATE",
      },
    );
  });

  test("diabetes: ? is missing, None is a level", async () => {
    const columns = [column("weight", "category"), column("A1Cresult", "category")];
    const reading = await readBatch({ name: "diabetic", path: `${folder}diabetes-130/diabetic_data.csv.gz` }, columns);
    expect(reading.accepted.rowCount).toBe(101_766);
    expect(countMissing(reading, "weight") / 101_766).toBeCloseTo(0.97, 2);
    expect(reading.accepted.columns.get("A1Cresult")).toMatchObject({ levels: expect.arrayContaining(["None"]) });
  });

  test.each([
    ["king-county/kc_house_data.csv.gz", "price"],
    ["realtor/realtor-data.distinct110k.parquet", "price"],
    ["diabetes-130/diabetic_data.csv.gz", "readmitted"],
    ["nsl-kdd/KDDTest+.parquet", "attack"],
    ["zeek/iot23-34-1.conn.log.labeled.gz", "label"],
  ])("what is proposed for %s accepts at least 99 %% of its rows", async (name, target) => {
    const path = folder + name;
    const inspection = await inspectFile(path);
    const { accepted, read } = await readBatch({ name, path }, inspection.columns.map(schemaOf));
    expect(accepted.rowCount / read).toBeGreaterThanOrEqual(0.99);
    const proposed = inspection.columns.find(({ header }) => header === "date" || header === "prev_sold_date" || header === "ts");
    if (proposed) expect(proposed.type).toBe("time");
    if (name.includes("kdd")) expect(inspection.target).not.toBeNull();
    else expect(inspection.target).toBe(target);
  });
});
