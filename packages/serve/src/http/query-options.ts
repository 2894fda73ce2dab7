import { nearestName } from "@atalaya/learn/answering";
import { effectViews } from "../answers/explanation.js";
import { errors } from "../errors.js";
import type { AnswerOptions } from "../rows/request-rows.js";

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
  if (!isCount) throw bad(option, "a whole number of at least 1", text);
  return Number(text);
}

const PLAIN: AnswerOptions = { explain: false, top: null, view: "feature" };

/** Options of a predict or explain request in its query. @throws SERVE_BAD_OPTION */
export function answerOptions(query: unknown, action: "predict" | "explain"): AnswerOptions {
  if (action === "predict" && isEmpty(query as object)) return PLAIN;
  const { explain, by } = query as Query;
  checkOptions(query as object, action === "predict" ? ["explain", "top", "by"] : ["top", "by"]);
  if (explain !== undefined && explain !== "true" && explain !== "false") throw bad("explain", "true or false", explain);
  const view = effectViews.find((known) => known === by);
  if (by !== undefined && view === undefined) throw bad("by", effectViews.join(", "), by);
  const isExplained = action === "explain" || explain === "true";
  const top = countOption(query, "top");
  if (!isExplained && (top !== null || by !== undefined)) {
    throw bad(top === null ? "by" : "top", "given with explain=true only", "given without it");
  }
  return { explain: isExplained, top, view: view ?? "feature" };
}

function isEmpty(query: object): boolean {
  for (const _name in query) return false;
  return true;
}

function bad(option: string, expected: string, received: unknown): Error {
  return errors.BAD_OPTION({ option, expected, received: String(JSON.stringify(received)).slice(0, 100) });
}
