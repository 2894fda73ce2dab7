import { expect, it } from "vitest";
import { combineHashes, hashNumber, hashShare, hashText } from "./stable-hash.js";

// sklearn.utils.murmurhash3_32(text.encode("utf-16-le"), seed=42): these values must never change.
it.each([
  ["", 142593372],
  ["a", 2024861961],
  ["ab", 627382360],
  ["NY", -1977371541],
  ["Québec 東京", -760044922],
  ["😀x", -2114334586],
])("hash of %j", (text, expected) => {
  expect(hashText(text, 42)).toBe(expected);
});

it.each([
  [0, -1670924195],
  [-0, -1670924195],
  [1.5, 1290763749],
  [-3.25, 82568662],
  [1e300, -359479591],
])("hash of %d", (value, expected) => {
  expect(hashNumber(value, 42)).toBe(expected);
});

it("spreads evenly, also when combined", () => {
  const counts = new Array<number>(10).fill(0);
  for (let row = 0; row < 20_000; row++) {
    counts[Math.floor(hashShare(combineHashes(hashNumber(row % 100, 1), hashNumber(Math.floor(row / 100), 1))) * 10)]++;
  }
  expect(Math.min(...counts)).toBeGreaterThan(1_850);
  expect(Math.max(...counts)).toBeLessThan(2_150);
  expect(combineHashes(1, 2)).not.toBe(combineHashes(2, 1));
});
