/** What a jsonb column gives back. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Numbers that JSON lacks are kept as these words; `decodeNumbers` turns them back where numbers are expected. */
const words: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/**
 * Text for a jsonb column, of any value: NaN and infinities become words, typed arrays become arrays, bigints become numbers
 * (or text past 2⁵³), and characters that PostgreSQL refuses become U+FFFD.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) return String(part);
    if (typeof part === "bigint") return Number.isSafeInteger(Number(part)) ? Number(part) : String(part);
    if (typeof part === "string") return toText(part);
    if (part instanceof Map) return Object.fromEntries(part);
    if (part instanceof Set) return [...part];
    if (ArrayBuffer.isView(part) && !(part instanceof DataView)) return Array.from(part as unknown as ArrayLike<number | bigint>);
    return part;
  });
}

/** Text that PostgreSQL takes: no character 0 and no half of a surrogate pair. */
export function toText(text: string): string {
  return text.replaceAll("\0", "\u{FFFD}").replace(/\p{Surrogate}/gu, "\u{FFFD}");
}

/** Metrics as they were given to `toJson`: the words are numbers again; anything that is not a number is left out. */
export function decodeNumbers(value: Json): Record<string, number> {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([name, part]: [string, Json]) => {
      const number = typeof part === "string" ? words.get(part) : part;
      return typeof number === "number" ? [[name, number]] : [];
    }),
  );
}
