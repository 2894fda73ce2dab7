import { errors } from "../errors.js";

type Query = Readonly<Record<string, unknown>>;

/** The option's text, null when it is absent or empty. @throws API_BAD_OPTION */
export function textOption(query: unknown, option: string): string | null {
  const value = (query as Query)[option];
  if (value === undefined || value === "") return null;
  if (typeof value !== "string" || value.length > 500) {
    throw errors.BAD_OPTION({ option, expected: "a short text, given once", received: shown(value) });
  }
  return value;
}

/** A whole number from `least` to `most`. @throws API_BAD_OPTION */
export function countOption(query: unknown, option: string, fallback: number, least: number, most: number): number {
  const text = textOption(query, option);
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw errors.BAD_OPTION({ option, expected: `a whole number from ${least} to ${most}`, received: shown(text) });
}

/** One of the choices, null when absent. @throws API_BAD_OPTION */
export function choiceOption<Choice extends string>(query: unknown, option: string, choices: readonly Choice[]): Choice | null {
  const text = textOption(query, option);
  if (text === null) return null;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw errors.BAD_OPTION({ option, expected: `one of ${choices.join(", ")}`, received: shown(text) });
  return found;
}

/** A field of a body that must be text with something in it. @throws API_BAD_OPTION */
export function requiredText(body: unknown, option: string, longest = 1_000): string {
  const value = typeof body === "object" && body !== null ? (body as Query)[option] : undefined;
  if (typeof value === "string" && value.trim() !== "" && value.length <= longest) return value.trim();
  throw errors.BAD_OPTION({ option, expected: `a text of at most ${longest} characters`, received: shown(value) });
}

/** A field of a body that must be a version's number. @throws API_BAD_OPTION */
export function requiredVersion(body: unknown, option: string): number {
  const value = typeof body === "object" && body !== null ? (body as Query)[option] : undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  throw errors.BAD_OPTION({ option, expected: "a whole number of at least 1", received: shown(value) });
}

/** A part of the address that must be a number. @throws API_BAD_OPTION */
export function numberInPath(text: string, option: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw errors.BAD_OPTION({ option, expected: "a whole number of at least 1", received: shown(text) });
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 100);
}
