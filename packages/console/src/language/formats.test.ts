import { describe, expect, test } from "vitest";
import { english } from "./english/english.js";
import { createFormats } from "./formats.js";
import { spanish } from "./spanish/spanish.js";

const format = createFormats("en");

test.each([
  [format.number(21_613.4), "21,613"],
  [format.number(0.89017), "0.89"],
  [format.number(12.345), "12.35"],
  [format.number(0), "0"],
  [format.inUnit(686_767.6, "USD"), "$686,768"],
  [format.inUnit(12.5, "USD"), "$12.50"],
  [format.inUnit(2_730, "ft²"), "2,730 ft²"],
  [format.signed(-21_034, "USD"), "-$21,034"],
  [format.signed(0.05412, null), "+0.0541"],
  [format.percent(0.8), "80%"],
  [format.percent(0.035), "3.5%"],
  [format.duration(0.0035), "4 ms"],
  [format.duration(80.71), "80.7 s"],
  [format.duration(600), "10 min"],
  [format.bytes(587_280), "587.3 kB"],
  [format.ago("2026-11-21T09:00:00Z", Date.parse("2026-11-21T09:40:30Z")), "40 minutes ago"],
])("%s is %s", (text, expected) => expect(text).toBe(expected));

test("another language writes numbers its own way", () => {
  expect(createFormats("es").inUnit(1_234_567, "USD")).toMatch(/1\.234\.567\s*\$/);
});

/** Every sentence by its path, functions called with something recognisable. */
function sentences(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, String((value as (...args: unknown[]) => unknown)(7, 8, 9))]];
  return Object.entries(value as object).flatMap(([name, part]) => sentences(part, `${path}.${name}`));
}

describe("Spanish", () => {
  const others = new Map(sentences(spanish));
  test.each(sentences(english))("%s is said and keeps its facts", (path, text) => {
    const other = others.get(path) ?? "";
    expect(other.length).toBeGreaterThan(0);
    for (const fact of ["7", "8", "9"]) if (text.includes(fact)) expect(other).toContain(fact);
  });
});
