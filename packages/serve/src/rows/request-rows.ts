import { type EffectView, effectViews } from "../answers/explanation.js";
import { errors } from "../errors.js";

/** What a caller may ask for besides the prediction, in the query or beside the rows. */
export interface AnswerOptions {
  readonly explain: boolean;
  /** Strongest effects to tell, null: all. */
  readonly top: number | null;
  readonly view: EffectView;
}

/** The rows of one request. */
export interface RequestRows {
  readonly rows: readonly unknown[];
  /** True: the body was one row, and so is the answer. */
  readonly isSingle: boolean;
  readonly options: AnswerOptions;
  /** False: the body held options too, so its text is not that of the row alone. */
  readonly isBare: boolean;
}

const optionNames = ["explain", "top", "by"] as const;

/**
 * One row `{…}`, or several as `{"rows": […]}` or `[…]`, with the options `explain`, `top` and `by` beside them; an option
 * that is also the name of an input is that input. What is in a row is not looked at here.
 *
 * @throws SERVE_BODY_NOT_ROWS, SERVE_TOO_MANY_ROWS, SERVE_BAD_OPTION
 */
export function requestRows(
  body: unknown,
  inputs: ReadonlySet<string>,
  asked: AnswerOptions,
  mostRows: (options: AnswerOptions) => number,
): RequestRows {
  if (Array.isArray(body)) return severalRows(body, mostRows(asked), asked, true);
  if (typeof body !== "object" || body === null) throw errors.BODY_NOT_ROWS({ received: nameOf(body) });
  // No column holds a list, so a list called rows can only be this.
  if (Object.hasOwn(body, "rows") && "rows" in body && Array.isArray(body.rows)) {
    const other = Object.keys(body).find((name) => name !== "rows" && !isOption(name));
    if (other !== undefined) throw errors.BODY_NOT_ROWS({ received: `an object with "rows" and also "${other.slice(0, 100)}"` });
    const options = readOptions(body as Record<string, unknown>, optionNames, asked);
    return severalRows(body.rows, mostRows(options), options, false);
  }
  const given = optionNames.filter((name) => !inputs.has(name) && Object.hasOwn(body, name));
  if (given.length === 0) return { rows: [body], isSingle: true, options: asked, isBare: true };
  const options = readOptions(body as Record<string, unknown>, given, asked);
  const row = Object.fromEntries(Object.entries(body).filter(([name]) => !(given as readonly string[]).includes(name)));
  return { rows: [row], isSingle: true, options, isBare: false };
}

function severalRows(rows: readonly unknown[], limit: number, options: AnswerOptions, isBare: boolean): RequestRows {
  if (rows.length > limit) throw errors.TOO_MANY_ROWS({ rows: rows.length, limit });
  return { rows, isSingle: false, options, isBare };
}

function isOption(name: string): boolean {
  return (optionNames as readonly string[]).includes(name);
}

function readOptions(body: Record<string, unknown>, names: readonly string[], asked: AnswerOptions): AnswerOptions {
  const given = (name: string) => names.includes(name) && Object.hasOwn(body, name);
  const { explain, top, by } = body;
  if (given("explain") && typeof explain !== "boolean") throw badOption("explain", "true or false", explain);
  if (given("top") && !(typeof top === "number" && Number.isInteger(top) && top >= 1 && top <= 999_999)) {
    throw badOption("top", "a whole number of at least 1", top);
  }
  const view = effectViews.find((known) => known === by);
  if (given("by") && view === undefined) throw badOption("by", effectViews.join(", "), by);
  return {
    // `/explain` explains, whatever the body says.
    explain: asked.explain || (given("explain") && explain === true),
    top: given("top") ? (top as number) : asked.top,
    view: given("by") && view !== undefined ? view : asked.view,
  };
}

function badOption(option: string, expected: string, value: unknown): Error {
  const received =
    typeof value === "object" && value !== null ? "an object or a list" : String(JSON.stringify(value)).slice(0, 100);
  return errors.BAD_OPTION({ option, expected, received });
}

function nameOf(body: unknown): string {
  if (body === null) return "null";
  return typeof body === "string" ? "a text" : `a ${typeof body}`;
}
