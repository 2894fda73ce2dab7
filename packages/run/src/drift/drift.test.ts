import { whenDrifted } from "@atalaya/define";
import { createRandom, type FrameColumn, sketchColumn } from "@atalaya/learn";
import { describe, expect, it } from "vitest";
import { compareColumn } from "./compare-column.js";
import { judgeDrift } from "./judge-drift.js";

type Rule = Parameters<typeof judgeDrift>[0];
const ruleOf = (options: Parameters<typeof whenDrifted>[0]): Rule => whenDrifted(options).definition as Rule;

const BATCH = 15_000;
const random = createRandom(20_261_121);
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Twenty features as tables have them: normal, skewed, whole numbers, with missing values, and levels. */
type Draw = () => number;
const draws: readonly Draw[] = [
  ...Array.from({ length: 8 }, () => normal),
  ...Array.from({ length: 4 }, () => () => Math.exp(normal())),
  ...Array.from({ length: 4 }, () => () => Math.floor(6 * random.next() * random.next())),
  () => (random.next() < 0.3 ? Number.NaN : normal()),
  () => (random.next() < 0.9 ? 0 : Math.exp(3 * normal())),
];
const numbers = (draw: Draw, rows: number, shift = 0): FrameColumn => ({
  kind: "number",
  values: Float64Array.from({ length: rows }, () => draw() + shift),
});
function levels(count: number, rows: number): FrameColumn {
  const codes = Int32Array.from({ length: rows }, () => Math.floor(count * random.next() ** 3));
  return { kind: "category", codes, levels: Array.from({ length: count }, (_, code) => `level ${code}`) };
}
const LEVELS = [5, 400];

function columnsOf(rows: number, shift = 0): FrameColumn[] {
  const drawn = draws.map((draw, at) => numbers(draw, rows, at === 0 ? shift : 0));
  return [...drawn, ...LEVELS.map((count) => levels(count, rows))];
}

describe("the default rule over 20 features and batches of 15,000 rows", () => {
  const reference = columnsOf(100_000).map((column, at) => sketchColumn(`f${at}`, column));
  const judgeBatch = (shift: number, rule = ruleOf({})) => {
    const movements = columnsOf(BATCH, shift).map((column, at) => compareColumn(reference[at]!, column));
    return judgeDrift(rule, movements, BATCH);
  };

  it("raises no alarm on stationary batches, where the classic rule does on most", { timeout: 120_000 }, () => {
    const judged = Array.from({ length: 24 }, () => judgeBatch(0));
    expect(judged.filter(({ verdict }) => verdict === "drifted")).toEqual([]);
    expect(judged.filter(({ classic }) => classic).length).toBeGreaterThan(6);
  });

  it("finds a shift of a tenth of a standard deviation in one feature, and names it", { timeout: 120_000 }, () => {
    const judged = Array.from({ length: 12 }, () => judgeBatch(0.1));
    for (const { verdict, movements, reasons } of judged) {
      expect(verdict).toBe("drifted");
      expect(movements.filter(({ moved }) => moved).map(({ name }) => name)).toEqual(["f0"]);
      expect(reasons[0]).toMatch(/^f0 by 0\.0[345]/);
    }
  });

  it("has the classic rule, and the stability index, by name", () => {
    expect(judgeBatch(0.1, ruleOf({ rule: "classic" }))).toMatchObject({ verdict: "drifted", rule: "any number at KS p < 0.05" });
    expect(judgeBatch(0.1, ruleOf({ psi: 0.2 }))).toMatchObject({ verdict: "stable", rule: "psi > 0.2" });
    expect(judgeBatch(1.5, ruleOf({ psi: 0.2 })).verdict).toBe("drifted");
  });
});

describe("compareColumn", () => {
  const flat = Float64Array.from({ length: 1_000 }, (_, row) => row);
  const reference = sketchColumn("n", { kind: "number", values: flat });

  it("knows the distance of a shift, of missing values, and of a column that became text", () => {
    const shifted = compareColumn(reference, { kind: "number", values: flat.map((value) => value + 200) });
    expect(shifted.distance).toBeCloseTo(0.2, 2);
    const half = compareColumn(reference, {
      kind: "number",
      values: flat.map((value) => (value % 2 === 0 ? value : Number.NaN)),
    });
    expect(half).toMatchObject({ rows: 1_000, missing: 500 });
    expect(half.distance).toBeCloseTo(0.5, 6);
    expect(half.chance).toBeLessThan(1e-50);
    const text = compareColumn(reference, { kind: "category", codes: new Int32Array(50), levels: ["n/a"] });
    expect(text).toMatchObject({ missing: 50, distance: 1 });
  });

  it("compares an atom, a constant, an empty side", () => {
    const zeros = (share: number): FrameColumn => ({
      kind: "number",
      values: Float64Array.from({ length: 10_000 }, (_, row) => (row < share * 10_000 ? 0 : row)),
    });
    const sketch = sketchColumn("z", zeros(0.905));
    expect(compareColumn(sketch, zeros(0.905)).distance).toBeLessThan(0.01);
    expect(compareColumn(sketch, zeros(0.7)).distance).toBeCloseTo(0.205, 1);
    const constant: FrameColumn = { kind: "number", values: new Float64Array(100).fill(7) };
    expect(compareColumn(sketchColumn("c", constant), constant)).toMatchObject({ distance: 0, chance: 1, psi: 0 });
    expect(compareColumn(reference, { kind: "number", values: new Float64Array() })).toMatchObject({
      rows: 0,
      distance: 0,
      chance: 1,
    });
    expect(compareColumn(sketchColumn("e", { kind: "number", values: new Float64Array() }), constant).chance).toBe(1);
  });

  it("tells a new level from noise among many", () => {
    const sketch = sketchColumn("l", levels(400, 50_000));
    expect(compareColumn(sketch, levels(400, BATCH)).distance).toBeLessThan(0.02);
    const strange: FrameColumn = { kind: "category", codes: new Int32Array(BATCH), levels: ["never seen"] };
    expect(compareColumn(sketch, strange).distance).toBeGreaterThan(0.7);
  });
});

describe("judgeDrift", () => {
  const movement = { name: "n", kind: "number", rows: 10, missing: 0, distance: 0.5, chance: 1e-9, psi: 2 } as const;

  it("says that there is not enough data rather than anything else", () => {
    expect(judgeDrift(ruleOf({ minRows: 11 }), [movement], 10)).toMatchObject({
      verdict: "not enough data",
      reasons: ["10 rows, fewer than 11"],
    });
    expect(judgeDrift(ruleOf({}), [], 0).verdict).toBe("no rows");
    expect(judgeDrift(ruleOf({}), [], 5_000)).toMatchObject({ verdict: "stable", reasons: ["nothing is watched"] });
  });
});
