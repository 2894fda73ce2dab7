import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEpoch, readTimeText } from "./parse-instant.js";
import { parsePlainNumber, readNumberText } from "./parse-number.js";

fc.configureGlobal({ seed: 20261121 });

function plain(text: string): number {
  const bytes = Buffer.from(`#${text}#`);
  return parsePlainNumber(bytes, 1, bytes.length - 1);
}

describe("numbers", () => {
  test("plain decimal bytes are rounded as JavaScript rounds them, or left to the slow path", () => {
    const decimal = fc
      .tuple(fc.constantFrom("", "-", "+"), fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.option(fc.stringMatching(/^\d{0,17}$/)))
      .map(([sign, whole, decimals]) => `${sign}${whole}${decimals === null ? "" : `.${decimals}`}`);
    fc.assert(
      fc.property(decimal, (text) => {
        const value = plain(text);
        if (!Number.isNaN(value)) expect(Object.is(value, Number(text))).toBe(true);
        else expect(text.replace(/\D/g, "").length + (text.includes(".") ? 1 : 0)).toBeGreaterThan(15);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["0", 0],
    ["-0", -0],
    ["007", 7],
    ["+1.50", 1.5],
    [".5", 0.5],
    ["5.", 5],
    ["123456789012345", 123456789012345],
  ])("%s is read fast", (text, value) => expect(plain(text)).toBe(value));

  test.each([
    ["1e3", 1000],
    ["-1.5E-3", -0.0015],
    [" 12 ", 12],
    ["12345678901234567890", 12345678901234567000],
  ])("%j is a number", (text, value) => expect(readNumberText(text)).toBe(value));

  test.each([
    ["1,234", "not a number: thousands separators"],
    ["$1,234.50", "not a number: thousands separators"],
    ["1'234'567", "not a number: thousands separators"],
    ["12,5", "not a number: decimal comma"],
    ["0x1F", "not a number: hexadecimal"],
    ["inf", "not a finite number"],
    ["-Infinity", "not a finite number"],
    ["1e400", "too large for a number"],
    ["", "not a number"],
    ["1.2.3", "not a number"],
    ["1e", "not a number"],
    ["--1", "not a number"],
    ["12abc", "not a number"],
    ["1_000", "not a number"],
  ])("%j is refused: %s", (text, reason) => {
    expect(readNumberText(text)).toBe(reason);
    expect(plain(text)).toBeNaN();
  });
});

describe("times", () => {
  const at = Date.UTC(2026, 10, 21, 9, 30, 0);
  const day = Date.UTC(2026, 10, 21);
  test.each([
    ["2026-11-21", day],
    ["2026/11/21", day],
    ["20261121", day],
    ["11/21/2026", day],
    ["20261121T093000", at],
    ["2026-11-21T09:30", at],
    ["2026-11-21 09:30:00", at],
    ["2026-11-21T09:30:00.250Z", at + 250],
    ["2026-11-21T11:30:00+02:00", at],
    ["2026-11-21T04:30:00-0500", at],
    ["11/21/2026 09:30", at],
    ["1795253400", at],
    ["1795253400.25", at + 250],
    ["1795253400000", at],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["0001-01-01", new Date("0001-01-01").getTime()],
    ["0", 0],
    ["-1", -1000],
  ])("%j is a time", (text, time) => expect(readTimeText(text)).toBe(time));

  test.each([
    ["2026-02-29", "a date or time that does not exist"],
    ["2026-13-01", "a date or time that does not exist"],
    ["2026-11-21T24:00", "a date or time that does not exist"],
    ["21/11/2026", "not a time: the day comes before the month"],
    ["2/30/2026", "a date or time that does not exist"],
    ["yesterday", "not a time"],
    ["2026-11", "not a time"],
    ["1e400", "not a time"],
    ["99999999999999999999", "not a time"],
    ["20261121T99", "not a time"],
  ])("%j is refused: %s", (text, reason) => expect(readTimeText(text)).toBe(reason));

  test("every ISO text of a date comes back", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }), (date) => {
        expect(readTimeText(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  test("seconds with a fraction keep the microsecond", () => {
    expect(readEpoch(1545403816.962094)).toBe(1545403816962.094);
    expect(readEpoch(1e16)).toBe("not a time");
  });
});
