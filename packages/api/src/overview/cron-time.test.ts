import { expect, test } from "vitest";
import { nextCronTime } from "./cron-time.js";

const after = (time: string, expression: string) => nextCronTime(expression, new Date(time))?.toISOString() ?? null;

test.each([
  ["0 3 * * 1", "2026-11-21T09:30:00Z", "2026-11-23T03:00:00.000Z"],
  ["0 3 * * 1", "2026-11-23T03:00:00Z", "2026-11-30T03:00:00.000Z"],
  ["*/15 * * * *", "2026-11-21T09:59:30Z", "2026-11-21T10:00:00.000Z"],
  ["30 2 * * *", "2026-12-31T23:59:59Z", "2027-01-01T02:30:00.000Z"],
  ["0 0 29 2 *", "2026-11-21T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ["0 12 * * 7", "2026-11-21T00:00:00Z", "2026-11-22T12:00:00.000Z"],
  // Either day field is enough where both are limited, as in cron.
  ["0 0 1 * 5", "2026-11-21T00:00:00Z", "2026-11-27T00:00:00.000Z"],
  ["0 9-17/4,20 * * *", "2026-11-21T13:30:00Z", "2026-11-21T17:00:00.000Z"],
])("%s after %s", (expression, start, next) => expect(after(start, expression)).toBe(next));

test.each(["", "0 3 * *", "60 * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *", "0 0 31 2 *"])(
  "%s never fires",
  (expression) => expect(after("2026-11-21T00:00:00Z", expression)).toBeNull(),
);
