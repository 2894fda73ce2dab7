/** Numbers and times as a reader of this language writes them. */
export interface Formats {
  /** 21,613 or 0.8902: as many digits as a person reads. */
  number(value: number): string;
  /** With the unit behind it, a currency's sign where it is one. */
  inUnit(value: number, unit: string | null | undefined): string;
  /** As `inUnit`, always with a sign. */
  signed(value: number, unit: string | null | undefined): string;
  percent(share: number): string;
  /** 21 Nov 2026, 09:30. */
  time(time: string | number | Date): string;
  /** `5 minutes ago`. */
  ago(time: string | number | Date, now?: number): string;
  /** 0.4 s, 12 s, 3 min. */
  duration(seconds: number): string;
  bytes(count: number): string;
}

const CURRENCIES = new Set(["USD", "EUR", "GBP", "JPY", "MXN", "CHF", "CLP", "COP", "ARS", "PEN", "BRL"]);
const STEPS: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const SIZES = ["B", "kB", "MB", "GB", "TB"];

export function createFormats(locale: string): Formats {
  const write = createNumberWriter(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const digits = (value: number): Intl.NumberFormatOptions => {
    const size = Math.abs(value);
    if (size >= 1_000 || Number.isInteger(value)) return { maximumFractionDigits: 0 };
    return size >= 1 ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: 3 };
  };
  const inUnit = (value: number, unit: string | null | undefined, sign: Intl.NumberFormatOptions = {}): string => {
    if (unit != null && CURRENCIES.has(unit)) {
      const amount = { style: "currency", currency: unit, currencyDisplay: "narrowSymbol" } as const;
      const fraction = Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0;
      return write(value, {
        ...amount,
        ...sign,
        minimumFractionDigits: fraction,
        maximumFractionDigits: fraction,
      });
    }
    const text = write(value, { ...digits(value), ...sign });
    return unit == null || unit === "" ? text : `${text} ${unit}`;
  };
  const number = (value: number) => inUnit(value, null);
  return {
    number,
    inUnit: (value, unit) => inUnit(value, unit),
    signed: (value, unit) => inUnit(value, unit, { signDisplay: "exceptZero" }),
    percent: (share) => write(share, { style: "percent", maximumFractionDigits: share > 0.001 && share < 0.1 ? 1 : 0 }),
    time: (time) => dateTime.format(new Date(time)),
    ago: (time, now = Date.now()) => {
      const seconds = (new Date(time).getTime() - now) / 1_000;
      const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
      return relative.format(Math.trunc(seconds / size), unit);
    },
    duration: (seconds) => {
      if (seconds < 1) return `${number(Math.max(0, Math.round(seconds * 1_000)))} ms`;
      if (seconds < 120) return `${number(Math.round(seconds * 10) / 10)} s`;
      return seconds < 7_200 ? `${number(Math.round(seconds / 60))} min` : `${number(Math.round(seconds / 3_600))} h`;
    },
    bytes: (count) => {
      const step = count < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(count) / 3));
      return `${number(Math.round((count / 1_000 ** step) * 10) / 10)} ${SIZES[step]}`;
    },
  };
}

/** Making a format takes a hundred times as long as using it, and a screen has hundreds of numbers. */
function createNumberWriter(locale: string): (value: number, options: Intl.NumberFormatOptions) => string {
  const formats = new Map<string, Intl.NumberFormat>();
  return (value, options) => {
    const key = JSON.stringify(options);
    const known = formats.get(key) ?? new Intl.NumberFormat(locale, options);
    formats.set(key, known);
    return known.format(value);
  };
}
