import { nearestName } from "@atalaya/learn";
import { errors } from "../errors.js";

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Refuses options that nobody reads, as a mistyped one would otherwise go unnoticed. @throws SERVE_BAD_OPTION */
export function checkOptions(given: object, known: readonly string[]): void {
  for (const option of Object.keys(given)) {
    if (known.includes(option)) continue;
    const suggestion = nearestName(option, known);
    const expected = suggestion === null ? (known.length === 0 ? "left out" : `one of ${known.join(", ")}`) : `"${suggestion}"`;
    throw errors.BAD_OPTION({ option: option.slice(0, 100), expected, received: "no option that is known here" });
  }
}

/** A whole number of at least 1; null when the option is not given. @throws SERVE_BAD_OPTION */
export function countOption(query: unknown, option: string): number | null {
  const text = (query as Query)[option];
  if (text === undefined) return null;
  const isCount = typeof text === "string" && /^[1-9][0-9]{0,5}$/.test(text);
  if (!isCount) {
    throw errors.BAD_OPTION({ option, expected: "a whole number of at least 1", received: JSON.stringify(text).slice(0, 100) });
  }
  return Number(text);
}
