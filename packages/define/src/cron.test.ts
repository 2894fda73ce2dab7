import { describe, expect, it } from "vitest";
import { lastDue, nextDue, parseCron } from "./cron.js";
import { cron, whenDrifted } from "./index.js";

const at = (text: string) => new Date(`${text}Z`);
const next = (expression: string, from: string) => nextDue(parseCron(expression), at(from))?.toISOString().slice(0, 16);
const last = (expression: string, from: string) => lastDue(parseCron(expression), at(from))?.toISOString().slice(0, 16);

describe("cron", () => {
  // 2026-11-21 is a Saturday.
  it.each([
    ["* * * * *", "2026-11-21T10:00:30", "2026-11-21T10:01", "2026-11-21T10:00"],
    ["0 3 * * 1", "2026-11-21T10:00:00", "2026-11-23T03:00", "2026-11-16T03:00"],
    ["0 3 * * mon-wed", "2026-11-24T03:00:00", "2026-11-25T03:00", "2026-11-24T03:00"],
    ["*/15 8-9 * * *", "2026-11-21T09:50:00", "2026-11-22T08:00", "2026-11-21T09:45"],
    ["5/20 * * * *", "2026-11-21T09:50:00", "2026-11-21T10:05", "2026-11-21T09:45"],
    ["0 0 1 jan *", "2026-11-21T00:00:00", "2027-01-01T00:00", "2026-01-01T00:00"],
    ["0 0 29 2 *", "2026-11-21T00:00:00", "2028-02-29T00:00", "2024-02-29T00:00"],
    ["0 12 13 * 5", "2026-11-10T13:00:00", "2026-11-13T12:00", "2026-11-06T12:00"],
    ["30 23 31 12 *", "2026-12-31T23:30:00", "2027-12-31T23:30", "2026-12-31T23:30"],
    ["0 0 * * 7", "2026-11-21T00:00:00", "2026-11-22T00:00", "2026-11-15T00:00"],
    ["0 0 1,15 * *", "2026-11-21T00:00:00", "2026-12-01T00:00", "2026-11-15T00:00"],
  ])("%s from %s", (expression, from, expectedNext, expectedLast) => {
    expect([next(expression, from), last(expression, from)]).toEqual([expectedNext, expectedLast]);
  });

  it("never comes", () => {
    expect(next("0 0 30 2 *", "2026-11-21T00:00:00")).toBeUndefined();
  });

  it.each([
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "1.5 * * * *",
    "*-5 * * * *",
  ])("refuses %j where it is declared", (expression) => {
    expect(() => cron(expression)).toThrow(/is no schedule/);
  });
});

describe("whenDrifted", () => {
  it("is about effect, unless a limit of the index or a rule is named", () => {
    expect(whenDrifted().definition).toMatchObject({
      rule: "effect",
      effect: 0.025,
      falseDiscovery: 0.01,
      psi: null,
      minRows: 1_000,
    });
    expect(whenDrifted({ psi: 0.2, on: ["size"] }).definition).toMatchObject({ rule: "psi", psi: 0.2, on: ["size"] });
    expect(whenDrifted({ rule: "classic" }).definition).toMatchObject({ rule: "classic" });
    expect(() => whenDrifted({ effect: 0 })).toThrow(/effect is 0/);
    expect(() => whenDrifted({ minRows: 0 })).toThrow(/minRows is 0/);
  });
});
