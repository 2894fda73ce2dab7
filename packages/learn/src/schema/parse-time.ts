const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d{2}):(\d{2})))?$/;

/** Instants that a `Date` can hold. */
const LARGEST_TIME = 8.64e15;

/**
 * Milliseconds since 1970 of ISO 8601 text: a date (midnight UTC), or a date and time with a zone (`Z` or `+02:00`).
 * NaN for anything else, for a day that does not exist, and for a time without a zone: it would mean another instant on
 * every machine. A fraction finer than a millisecond is kept.
 */
export function parseTime(text: string): number {
  const match = ISO_TIME.exec(text);
  if (match === null) return Number.NaN;
  const part = (group: number) => Number(match[group] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (hour > 23 || minute > 59 || second > 59 || part(10) > 23 || part(11) > 59) return Number.NaN;
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; setUTCFullYear does not.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7]}`) * 1000;
  const offsetMinutes = (part(10) * 60 + part(11)) * (match[9] === "-" ? -1 : 1);
  return date.getTime() + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + fraction;
}

/** True for a number of milliseconds that is a time at all. */
export function isTime(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= LARGEST_TIME;
}
