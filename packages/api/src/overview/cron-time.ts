type Field = readonly [least: number, most: number];

/** minute, hour, day of the month, month, weekday (0 and 7 are Sunday). */
const FIELDS: readonly Field[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
const MINUTE_MS = 60_000;
/** A leap day that falls on a weekday comes within 28 years; nobody plans further than one. */
const MOST_DAYS = 366 * 5;

/**
 * The next moment after `after` at which a five-field cron expression fires, in UTC; null when it is none or never comes.
 * Fields are `*`, numbers, ranges, lists and steps. Where both day fields are limited, either of them is enough.
 */
export function nextCronTime(expression: string, after: Date): Date | null {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return null;
  const sets = parts.map((part, field) => valuesOf(part, FIELDS[field]!));
  const [minutes, hours, days, months, weekdays] = sets;
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  const start = new Date(Math.floor(after.getTime() / MINUTE_MS) * MINUTE_MS + MINUTE_MS);
  const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
  for (let passed = 0; passed < MOST_DAYS; passed++) {
    if (months.has(day.getUTCMonth() + 1) && isDay(day, days, weekdays, parts)) {
      const found = firstTime(day, start, hours, minutes);
      if (found !== null) return found;
    }
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return null;
}

function isDay(day: Date, days: ReadonlySet<number>, weekdays: ReadonlySet<number>, parts: readonly string[]): boolean {
  const weekday = day.getUTCDay();
  const inMonth = days.has(day.getUTCDate());
  const inWeek = weekdays.has(weekday) || (weekday === 0 && weekdays.has(7));
  return parts[2] !== "*" && parts[4] !== "*" ? inMonth || inWeek : inMonth && inWeek;
}

function firstTime(day: Date, start: Date, hours: ReadonlySet<number>, minutes: ReadonlySet<number>): Date | null {
  for (let minute = 0; minute < 24 * 60; minute++) {
    if (!hours.has(Math.floor(minute / 60)) || !minutes.has(minute % 60)) continue;
    const time = new Date(day.getTime() + minute * MINUTE_MS);
    if (time >= start) return time;
  }
  return null;
}

function valuesOf(text: string, [least, most]: Field): ReadonlySet<number> | null {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const [, range, from, to, step] = /^(\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item) ?? [];
    if (range === undefined) return null;
    const first = range === "*" ? least : Number(from);
    const last = range === "*" || (to === undefined && step !== undefined) ? most : Number(to ?? from);
    const by = Number(step ?? 1);
    if (first < least || last > most || first > last || by < 1) return null;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}
