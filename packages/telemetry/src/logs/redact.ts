const SECRET_NAME = /pass(word|wd|phrase)?$|secret|token|authorization|cookie|api[-_]?key|access[-_]?key|credential/i;
/** `scheme://user:password@host`: the password alone goes. */
const IN_ADDRESS = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;
const BEARER = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}/gi;
const HIDDEN = "[redacted]";
const LONGEST_TEXT = 8_000;
const DEEPEST = 6;
const MOST_ENTRIES = 100;

/** A text without passwords in addresses and without tokens, cut where it is very long. */
export function redactText(text: string): string {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;
  return cut.replace(IN_ADDRESS, `$1:${HIDDEN}@`).replace(BEARER, `$1 ${HIDDEN}`);
}

/** Facts as plain data for a log: what is named like a secret is hidden, whatever it holds; depth and length have an end. Never throws. */
export function redact(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return null;
  if (depth >= DEEPEST) return "…";
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => redact(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([name, entry]) => [name, SECRET_NAME.test(name) ? HIDDEN : redact(entry, depth + 1)]),
  );
}

function redactError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  return {
    name,
    message: redactText(message),
    ...("code" in error ? { code: redact(error.code, depth + 1) } : {}),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}
