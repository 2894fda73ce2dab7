import type { TimePartOperation } from "./expression.js";

export const MILLISECONDS_PER_DAY = 86_400_000;
const MILLISECONDS_PER_HOUR = 3_600_000;

/** One part of a time (milliseconds since 1970-01-01T00:00:00Z), in UTC. NaN stays NaN. */
export function timePart(part: TimePartOperation, time: number): number {
  const day = Math.floor(time / MILLISECONDS_PER_DAY);
  switch (part) {
    case "hour":
      return Math.floor((time - day * MILLISECONDS_PER_DAY) / MILLISECONDS_PER_HOUR);
    case "weekday":
      // 1970-01-01 was a Thursday: 3, when Monday is 0.
      return (((day + 3) % 7) + 7) % 7;
    case "month":
      return monthAndYear(day).month;
    case "year":
      return monthAndYear(day).year;
  }
}

/**
 * Civil date of a day number, by arithmetic on 400-year eras instead of a `Date` per row: faster, and defined for any time.
 *
 * @see Howard Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`
 */
function monthAndYear(day: number): { month: number; year: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { month, year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0) };
}
