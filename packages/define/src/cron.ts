import { errors } from "./errors.js";

/** The moments of a schedule, as sets of fields. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 = Sunday to 6 = Saturday. */
  readonly weekdays: ReadonlySet<number>;
  /** Both a day of the month and a weekday are given: either is enough, as in every cron. */
  readonly eitherDay: boolean;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 29 February on a given weekday comes at least every 28 years, and 40 across a century without leap day. */
const MOST_DAYS = 366 * 41;

/** Five fields: minute, hour, day of month, month, weekday. @throws DEFINE_BAD_CRON */
export function parseCron(expression: string): CronSchedule {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) throw errors.BAD_CRON({ expression, why: `it has ${fields.length} fields, not five` });
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const read = (field: string, name: string, low: number, high: number, names: readonly string[] = []) =>
    readField(expression, field, { name, low, high, names });
  const weekdays = read(weekday, "weekday", 0, 7, WEEKDAYS);
  return {
    minutes: read(minute, "minute", 0, 59),
    hours: read(hour, "hour", 0, 23),
    days: read(day, "day of month", 1, 31),
    months: read(month, "month", 1, 12, ["", ...MONTHS]),
    weekdays: new Set([...weekdays].map((value) => value % 7)),
    eitherDay: !day.startsWith("*") && !weekday.startsWith("*"),
  };
}

interface FieldKind {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Names by value. */
  readonly names: readonly string[];
}

function readField(expression: string, field: string, kind: FieldKind): Set<number> {
  const { name, low, high } = kind;
  const bad = (part: string): Error => errors.BAD_CRON({ expression, why: `${name} cannot be ${JSON.stringify(part)}` });
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
    if (match === null) throw bad(part);
    const [, first = "", last, stepText] = match;
    const from = first === "*" ? low : toNumber(first, kind);
    // `5/15` counts from 5 to the end; `5` is 5 alone.
    const to = last !== undefined ? toNumber(last, kind) : first === "*" || stepText !== undefined ? high : from;
    const step = stepText === undefined ? 1 : Number(stepText);
    if (from === null || to === null || from < low || to > high || from > to || step < 1) throw bad(part);
    if (first === "*" && last !== undefined) throw bad(part);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function toNumber(text: string, { names }: FieldKind): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  const position = names.indexOf(text.toLowerCase());
  return position < 0 ? null : position;
}

/** The last moment of the schedule at or before `time`; null when it never comes (30 February). */
export function lastDue(schedule: CronSchedule, time: Date): Date | null {
  return look(schedule, Math.floor(time.getTime() / MINUTE_MS) * MINUTE_MS, -1);
}

/** The first moment of the schedule after `time`; null when it never comes. */
export function nextDue(schedule: CronSchedule, time: Date): Date | null {
  return look(schedule, (Math.floor(time.getTime() / MINUTE_MS) + 1) * MINUTE_MS, 1);
}

/** Looks day by day, and inside a day that fits minute by minute, from a whole minute on. */
function look(schedule: CronSchedule, start: number, direction: 1 | -1): Date | null {
  let day = Math.floor(start / DAY_MS) * DAY_MS;
  for (let days = 0; days < MOST_DAYS; days++, day += direction * DAY_MS) {
    if (!isDay(schedule, new Date(day))) continue;
    const first = day === Math.floor(start / DAY_MS) * DAY_MS ? start : direction > 0 ? day : day + DAY_MS - MINUTE_MS;
    for (let minute = first; minute >= day && minute < day + DAY_MS; minute += direction * MINUTE_MS) {
      const time = new Date(minute);
      if (schedule.hours.has(time.getUTCHours()) && schedule.minutes.has(time.getUTCMinutes())) return time;
    }
  }
  return null;
}

function isDay({ days, months, weekdays, eitherDay }: CronSchedule, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const byDay = days.has(day.getUTCDate());
  const byWeekday = weekdays.has(day.getUTCDay());
  return eitherDay ? byDay || byWeekday : byDay && byWeekday;
}
