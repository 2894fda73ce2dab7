const ZERO = 48;
const NINE = 57;
const POINT = 46;
const MINUS = 45;
const PLUS = 43;

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * The number written as plain decimal text in bytes[start … end), correctly rounded; NaN for everything else, also for
 * numbers that need the slow path (an exponent, more than 15 digits, blanks around).
 *
 * A mantissa below 10^15 and a power of ten up to 10^22 are exact doubles, so one division rounds once (Clinger's fast path).
 */
export function parsePlainNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let byte = bytes[at]!;
  const isNegative = byte === MINUS;
  if (isNegative || byte === PLUS) byte = bytes[++at]!;
  if (end - at > 16) return Number.NaN;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end; byte = bytes[++at]!) {
    if (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === POINT && decimals < 0) decimals = 0;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15) return Number.NaN;
  if (decimals > 0) mantissa /= POWERS[decimals]!;
  return isNegative ? -mantissa : mantissa;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const THOUSANDS = /^[+-]?[^\d\s,.'-]?\d{1,3}([,' \u00A0]\d{3})+(\.\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
const INFINITE = /^[+-]?(inf|infinity)$/i;

/** The number that a text stands for, or why it is none. */
export function readNumberText(text: string): number | string {
  const plain = text.trim();
  if (DECIMAL.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? value : "too large for a number";
  }
  if (INFINITE.test(plain)) return "not a finite number";
  if (/^[+-]?0x[0-9a-f]+$/i.test(plain)) return "not a number: hexadecimal";
  if (THOUSANDS.test(plain)) return "not a number: thousands separators";
  if (DECIMAL_COMMA.test(plain)) return "not a number: decimal comma";
  return "not a number";
}
