import { expect, test } from "vitest";
import { insightsOf } from "./insights.js";
import { inWords, type Reason, strongest } from "./reasons.js";
import { parseRow } from "./row-store.js";

const reason = (name: string, effect: number): Reason => ({ name, value: 1, unit: null, effect });

test("the strongest reasons, and the others as one number that keeps the sum", () => {
  const reasons = [reason("a", 5), reason("b", -3), reason("c", 2), reason("d", 1), reason("e", 0)];
  const { shown, others } = strongest(reasons, 2);
  expect(shown.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(others).toEqual({ count: 2, effect: 3 });
  expect(strongest(reasons, 9)).toEqual({ shown: reasons.slice(0, 4), others: null });
});

test("names for people", () => {
  expect(inWords("houseSize")).toBe("house size");
  expect(inWords("acre_lot")).toBe("acre lot");
  expect(inWords("zipCode2Level")).toBe("zip code2 level");
});

test("quotients by sizes and counts, where there is some of it", () => {
  const inputs = [
    { name: "houseSize", from: [], type: "number" as const, unit: "ft²", optional: true },
    { name: "bed", from: [], type: "integer" as const, optional: true },
    { name: "yearBuilt", from: [], type: "integer" as const, optional: true },
    { name: "acreLot", from: [], type: "number" as const, unit: "acre", optional: true },
  ];
  expect(insightsOf(inputs, { houseSize: 2_000, bed: 0, yearBuilt: 1990, acreLot: null }, 500_000)).toEqual([
    { column: "houseSize", unit: "ft²", ratio: 250 },
  ]);
});

test("a row out of an address: cells only, and nothing of what is no row", () => {
  expect(parseRow('{"a":1,"b":"x","c":null,"d":{"deep":1},"e":[1]}')).toEqual({ a: 1, b: "x", c: null });
  for (const text of [null, "", "{", "[1]", "null", "7"]) expect(parseRow(text)).toBeNull();
});
