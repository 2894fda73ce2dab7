/** Numbers that JSON lacks, as a step's outcome may have them: the same steps must give the same bytes wherever they run. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);
const KEY = "$number";

/** A value that survives JSON with every number as it is. */
export function encodeValue(value: unknown): unknown {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { [KEY]: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (Array.isArray(value)) return value.map(encodeValue);
  // A function cannot travel; in a list null stands in its place.
  if (typeof value === "function") return null;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, encodeValue(part)]));
}

/** What `encodeValue` was given. */
export function decodeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === KEY) return WORDS.get(String(first[1])) ?? Number.NaN;
  return Object.fromEntries(entries.map(([key, part]) => [key, decodeValue(part)]));
}
