const ISO =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2})?)?$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?$/;
const MONTH_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const EPOCH = /^[+-]?\d+(\.\d+)?$/;

/** Instants that a `Date` can hold. */
const LARGEST_TIME = 8.64e15;
/** A number from here on counts milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973. */
const MILLISECONDS_FROM = 1e11;

const NOT_A_TIME = "not a time";
const NO_SUCH_DAY = "a date or time that does not exist";

function instant(
  date: readonly [year: number, month: number, day: number],
  hour: number,
  minute: number,
  second: number,
): number {
  const [year, month, day] = date;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; setUTCFullYear does not.
  const at = new Date(0).setUTCFullYear(year, month - 1, day);
  const back = new Date(at);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return Number.NaN;
  return at + ((hour * 60 + minute) * 60 + second) * 1000;
}

function isoInstant(match: RegExpExecArray): number {
  const part = (group: number): number => Number(match[group] ?? 0);
  const fraction = match[8] === undefined ? 0 : Number(`0.${match[8]}`) * 1000;
  if (match[9] === undefined && match[10] !== undefined && match[5] === undefined) return Number.NaN;
  if (part(11) > 23 || part(12) > 59) return Number.NaN;
  const offsetMinutes = (part(11) * 60 + part(12)) * (match[10] === "-" ? -1 : 1);
  return instant([part(1), part(3), part(4)], part(5), part(6), part(7)) + fraction - offsetMinutes * 60_000;
}

/** A number as a time: seconds since 1970 below 10^11, milliseconds from there on; kept to the microsecond. */
export function readEpoch(value: number): number | string {
  if (Number.isNaN(value)) return Number.NaN;
  const milliseconds = Math.abs(value) < MILLISECONDS_FROM ? Math.round(value * 1e6) / 1e3 : value;
  return Math.abs(milliseconds) <= LARGEST_TIME ? milliseconds : NOT_A_TIME;
}

/**
 * Milliseconds since 1970 of a text, or why it is no time. Read are, in this order:
 * - `2026-11-21`, `2026-11-21T09:30[:00[.123]]`, with a blank for the T, `/` for `-`, and `Z`, `+02:00` or no zone: UTC;
 * - `20261121` and `20261121T093000`;
 * - `11/21/2026`, with ` 09:30[:00]`: the month comes first, and a text that only makes sense with the day first is
 *   rejected, because a column in which some dates are read one way and some the other is worse than a rejected row;
 * - seconds or milliseconds since 1970, told apart by their size. Eight digits that are a day are a day.
 */
export function readTimeText(text: string): number | string {
  const plain = text.trim();
  const iso = ISO.exec(plain);
  if (iso) return orReason(isoInstant(iso));
  const compact = COMPACT.exec(plain);
  if (compact) {
    const part = (group: number): number => Number(compact[group] ?? 0);
    const found = instant([part(1), part(2), part(3)], part(4), part(5), part(6));
    if (!Number.isNaN(found) || compact[4] !== undefined) return orReason(found);
  }
  const monthFirst = MONTH_FIRST.exec(plain);
  if (monthFirst) {
    const part = (group: number): number => Number(monthFirst[group] ?? 0);
    if (part(1) > 12 && part(1) <= 31 && part(2) <= 12) return "not a time: the day comes before the month";
    return orReason(instant([part(3), part(1), part(2)], part(4), part(5), part(6)));
  }
  return EPOCH.test(plain) ? readEpoch(Number(plain)) : NOT_A_TIME;
}

function orReason(milliseconds: number): number | string {
  return Number.isNaN(milliseconds) ? NO_SUCH_DAY : milliseconds;
}
