import { isAtalayaError } from "@atalaya/errors";
import { detectFormat } from "../formats/detect-format.js";
import type { BatchFormat } from "../formats/format.js";
import { parseDocument } from "../json/read-json.js";
import type { HttpAnswer } from "./fetch-body.js";

/** What an answer of a batch API means. */
export type AnswerMeaning =
  | {
      readonly kind: "batch";
      readonly cursor: string | null;
      readonly format: BatchFormat;
      readonly isLast: boolean;
      /** What stands around the rows of a JSON answer. */
      readonly envelope: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "end"; readonly because: string }
  | { readonly kind: "again"; readonly because: string }
  | { readonly kind: "refused"; readonly because: string };

const TRY_AGAIN = new Set([408, 425, 429]);
const GONE = new Set([404, 410]);

/** What APIs of this kind say when all batches were given; the mission's own answers 400 with the Spanish sentence. */
const NO_MORE =
  /no more|no further|nothing more|no (new )?(data|batch|rows)|exhausted|end of (the )?data|all (the )?(data|batches)|already (been )?(collected|sent|delivered)|ya se (recolect|entreg|obtuv)|no hay m[aá]s|toda la informaci[oó]n/i;

const MOST_QUOTED = 200;

/** The sentence of an error answer: `detail` or `message` of its JSON, else its text. */
function sentenceOf(body: Buffer): string {
  const text = body.subarray(0, 4_000).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) {
      for (const key of ["detail", "message", "error", "title"]) {
        const said: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
        if (typeof said === "string") return said.slice(0, MOST_QUOTED);
      }
    }
  } catch {
    // Not JSON: the text itself is the sentence.
  }
  return text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MOST_QUOTED);
}

function meaningOfError(answer: HttpAnswer, taken: number): AnswerMeaning {
  const { status, body } = answer;
  const said = sentenceOf(body);
  const quoted = said === "" ? "without a word" : `"${said}"`;
  if (TRY_AGAIN.has(status) || status >= 500) return { kind: "again", because: `it answered ${status} ${quoted}` };
  if ((GONE.has(status) || status === 400) && NO_MORE.test(said))
    return { kind: "end", because: `it answered ${status} ${quoted}` };
  if (GONE.has(status) && taken > 0) return { kind: "end", because: `it answered ${status} after ${taken} batches` };
  return { kind: "refused", because: quoted };
}

/**
 * Reads an answer. The data end with status 204, with no rows, with `"more": false` (after the rows that come with it),
 * with 404 or 410 once a batch was taken, and with 400, 404 or 410 whose `detail` says that there is no more.
 *
 * @param taken batches of this source so far, in this run
 */
export function meaningOf(url: string, answer: HttpAnswer, taken: number): AnswerMeaning {
  const { status, body, mediaType } = answer;
  if (status === 204) return { kind: "end", because: "it answered 204" };
  if (status >= 300) return meaningOfError(answer, taken);
  const named = mediaType === null ? { name: url } : { name: url, mediaType };
  const format = detectFormat(named, body.subarray(0, 64 * 1024));
  if (body.length === 0) return { kind: "again", because: "the answer is empty" };
  if (format !== "json") return { kind: "batch", cursor: null, format, isLast: false, envelope: {} };
  try {
    const { rows, envelope } = parseDocument(url, body);
    if (rows.length === 0) return { kind: "end", because: "the batch is empty" };
    const number = envelope.batch_number;
    const cursor = typeof number === "number" || typeof number === "string" ? String(number) : null;
    return { kind: "batch", cursor, format, isLast: envelope.more === false, envelope };
  } catch (error) {
    if (!isAtalayaError(error)) throw error;
    if (error.code === "INGEST_JSON_SHAPE") {
      const said = sentenceOf(body);
      return NO_MORE.test(said) ? { kind: "end", because: `it said "${said}"` } : { kind: "refused", because: error.message };
    }
    // A body that is no JSON is taken for one that was cut or damaged on its way.
    return { kind: "again", because: error.message };
  }
}
