import { expect, test } from "vitest";
import { cut, formatBytes, formatMetric, formatSeconds, formatTime, plural } from "./format.js";

test.each([
  [0, "0.0 s"],
  [-1, "0.0 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [59.6, "1 min 00 s"],
  [185, "3 min 05 s"],
  [3_599.7, "1 h 00 min"],
  [7_800, "2 h 10 min"],
])("%d seconds are %s", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

test.each([
  [0, "0"],
  [0.884_712, "0.8847"],
  [-0.5, "-0.5"],
  [132_480.4, "132,480"],
  [Number.NaN, "–"],
  [null, "–"],
])("metric %s is shown as %s", (value, text) => expect(formatMetric(value)).toBe(text));

test.each([
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [999_960, "1.0 MB"],
  [25_300_000_000, "25 GB"],
])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("a text is cut by letters, not by code units", () => {
  expect(cut("añ😀o", 4)).toBe("añ😀o");
  expect(cut("añ😀os", 4)).toBe("añ😀…");
  expect(cut("abc", 0)).toBe("");
});

test("a time reads the same everywhere", () => expect(formatTime(new Date("2026-11-21T09:30:44Z"))).toBe("2026-11-21 09:30 UTC"));

test("one is no plural", () => expect([plural(1, "row"), plural(2_000, "row")]).toEqual(["1 row", "2,000 rows"]));
