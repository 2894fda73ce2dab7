import { describe, expect, it } from "vitest";
import { CategoryColumnBuilder } from "../frame/column-builder.js";
import { concatenateFrames } from "../frame/concatenate.js";
import type { Frame } from "../frame/frame.js";
import { frameOf } from "../frame/frame-builder.js";
import { selectRows } from "../frame/select.js";
import { assignParts, rowsOfPart } from "./assign-parts.js";
import type { GroupSplit, ShuffledSplit, SplitPlan } from "./split-plan.js";

function homes(count: number): Frame {
  const city = new CategoryColumnBuilder();
  for (let row = 0; row < count; row++) row % 11 === 0 ? city.pushMissing() : city.push(`city ${row % 300}`);
  return frameOf([
    ["bed", { kind: "number", values: Float64Array.from({ length: count }, (_, row) => row % 300) }],
    ["city", city.build()],
    ["price", { kind: "number", values: Float64Array.from({ length: count }, (_, row) => row) }],
    ["rare", { kind: "boolean", values: Float64Array.from({ length: count }, (_, row) => (row % 50 === 0 ? 1 : 0)) }],
    [
      "at",
      { kind: "time", values: Float64Array.from({ length: count }, (_, row) => (row % 10 === 9 ? Number.NaN : row * 1000)) },
    ],
  ]);
}

const shuffled: ShuffledSplit = { kind: "shuffled", test: 0.2, validation: 0.1, seed: 42, stratify: null };
const grouped: GroupSplit = { kind: "byGroup", columns: ["bed", "city"], test: 0.2, validation: 0.1, seed: 42, stratify: null };

const share = (parts: Uint8Array, part: number) => parts.filter((own) => own === part).length / parts.length;

describe("shuffled", () => {
  it("meets the shares about, and is another division for another seed", () => {
    const frame = homes(5_000);
    const parts = assignParts(shuffled, frame);
    expect(share(parts, 2)).toBeCloseTo(0.2, 1);
    expect(share(parts, 1)).toBeCloseTo(0.1, 1);
    const other = assignParts({ ...shuffled, seed: 43 }, frame);
    expect(parts.filter((part, row) => part !== other[row]).length).toBeGreaterThan(1_000);
  });

  it("keeps a row in its part when rows are added, removed or moved, and columns reordered", () => {
    const frame = homes(1_000);
    const parts = assignParts(shuffled, frame);
    const longer = assignParts(shuffled, concatenateFrames([frame, homes(1_500)]));
    expect([...longer.subarray(0, 1_000)]).toEqual([...parts]);
    const backwards = Uint32Array.from({ length: 500 }, (_, row) => 999 - row);
    const moved = assignParts(shuffled, selectRows(frame, backwards));
    expect([...moved]).toEqual(Array.from(backwards, (row) => parts[row]));
    const columns = frameOf([...frame.columns].reverse());
    expect(assignParts(shuffled, columns)).toEqual(parts);
  });

  it("divides equal rows too", () => {
    const same = frameOf([["a", { kind: "number", values: new Float64Array(1_000).fill(1) }]]);
    expect(share(assignParts(shuffled, same), 2)).toBeCloseTo(0.2, 1);
  });

  it("does not depend on how a dictionary is ordered", () => {
    const column = (levels: string[], codes: number[]) =>
      frameOf([["c", { kind: "category", codes: Int32Array.from(codes), levels }]]);
    const plan = { ...shuffled, test: 0.5 };
    const rows = Array.from({ length: 20 }, (_, row) => row % 2);
    expect(assignParts(plan, column(["x", "y"], rows))).toEqual(
      assignParts(
        plan,
        column(
          ["y", "x"],
          rows.map((code) => 1 - code),
        ),
      ),
    );
  });
});

describe("byGroup", () => {
  it("keeps rows with equal values on one side, missing being a value", () => {
    const frame = homes(6_000);
    const parts = assignParts(grouped, frame);
    const partByGroup = new Map<string, number>();
    const { columns } = frame;
    for (let row = 0; row < frame.rowCount; row++) {
      const city = columns.get("city");
      const key = `${row % 300}/${city?.kind === "category" ? city.codes[row] : ""}`;
      expect(partByGroup.get(key) ?? parts[row]).toBe(parts[row]);
      partByGroup.set(key, parts[row]);
    }
    expect(partByGroup.size).toBeGreaterThan(300);
    expect(new Set(parts).size).toBe(3);
  });

  it("ignores the other columns and rows", () => {
    const frame = homes(6_000);
    const few = assignParts(
      grouped,
      selectRows(
        frame,
        Uint32Array.from({ length: 3_000 }, (_, row) => 2 * row),
      ),
    );
    const all = assignParts(grouped, frame);
    expect([...few]).toEqual(Array.from(few, (_, row) => all[2 * row]));
  });
});

describe("stratify", () => {
  it("holds the shares in every stratum", () => {
    const frame = homes(5_000);
    const parts = assignParts({ ...shuffled, stratify: "rare" }, frame);
    const rare = parts.filter((_, row) => row % 50 === 0);
    // Within one row of 100, and of 4,900: by hash alone the share among 100 rows would be off by 4 rows on average.
    expect(Math.abs(share(rare, 2) - 0.2)).toBeLessThan(0.0101);
    expect(Math.abs(share(rare, 1) - 0.1)).toBeLessThan(0.0101);
    expect(Math.abs(share(parts, 2) - 0.2)).toBeLessThan(0.001);
  });

  it("keeps groups together, and spreads strata of one group", () => {
    const frame = homes(3_000);
    const parts = assignParts({ ...grouped, columns: ["bed"], stratify: "city" }, frame);
    for (let row = 300; row < 3_000; row++) expect(parts[row]).toBe(parts[row % 300]);
    expect(share(parts, 2)).toBeCloseTo(0.2, 1);
  });
});

describe("byTime", () => {
  const times = (...values: number[]) => frameOf([["at", { kind: "time", values: Float64Array.from(values) }]]);
  const plan = (test: number, validation = 0): SplitPlan => ({ kind: "byTime", column: "at", test, validation });

  it("takes the newest rows, ties all on the later side, rows without a time for training", () => {
    const frame = times(5, 1, 4, Number.NaN, 4, 2, 3, 4, 0, 6, 7);
    expect([...assignParts(plan(0.2, 0.2), frame)]).toEqual([1, 0, 1, 0, 1, 0, 0, 1, 0, 2, 2]);
    expect([...assignParts(plan(0.5), frame)]).toEqual([2, 0, 2, 0, 2, 0, 0, 2, 0, 2, 2]);
  });

  it("refuses a column of no times, and times that are all the same", () => {
    expect(() => assignParts({ kind: "byTime", column: "bed", test: 0.2, validation: 0 }, homes(10))).toThrow(
      'byTime reads "bed", which is a number and no time',
    );
    expect(() => assignParts(plan(0.2), times(3, 3, 3))).toThrow("The split leaves no train row out of 3.");
  });
});

describe("byLevel", () => {
  it("reads the parts off the data, numbers by their text", () => {
    const plan: SplitPlan = { kind: "byLevel", column: "bed", test: ["1", "3"], validation: ["2"] };
    expect([...assignParts(plan, homes(5))]).toEqual([0, 2, 1, 2, 0]);
    expect(() => assignParts({ ...plan, validation: ["1"] }, homes(5))).toThrow('the level "1" of "bed" is in two parts');
    expect(() => assignParts({ ...plan, test: ["gone"] }, homes(5))).toThrow("The split leaves no test row out of 5.");
  });
});

describe("a split is refused", () => {
  it.each<[SplitPlan, string]>([
    [{ ...grouped, columns: ["sity"] }, 'The split reads the column "sity", which does not exist.'],
    [{ ...grouped, columns: [] }, "byGroup names no column"],
    [{ ...shuffled, stratify: "nope" }, '"nope"'],
    [{ ...shuffled, test: 0.9 }, "test share 0.9 and validation share 0.1"],
    [{ ...shuffled, test: -0.1 }, "test share -0.1"],
    [{ ...shuffled, test: Number.NaN }, "test share NaN"],
  ])("%j", (plan, message) => {
    expect(() => assignParts(plan, homes(10))).toThrow(message);
  });

  it("when there are no rows or too few", () => {
    expect(() => assignParts(shuffled, homes(0))).toThrow("The split leaves no train row out of 0.");
    expect(() => assignParts({ ...shuffled, test: 1e-9 }, homes(10))).toThrow("The split leaves no test row out of 10.");
  });
});

it("rowsOfPart lists the rows of a part", () => {
  const parts = Uint8Array.of(0, 2, 1, 2, 0);
  expect([...rowsOfPart(parts, "test")]).toEqual([1, 3]);
  expect([...rowsOfPart(parts, "train")]).toEqual([0, 4]);
});
