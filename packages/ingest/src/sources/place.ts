import type { SourceDefinition } from "@atalaya/define";
import type { AnswerMeaning } from "./answer.js";

type Source = Extract<SourceDefinition, { kind: "httpBatches" }>;
type BatchAnswer = Extract<AnswerMeaning, { kind: "batch" }>;

/** Where in a source the next request asks, and how it goes on from an answer. */
export interface Place {
  /** The address of the next request. */
  urlOf(base: URL): URL;
  /** True when the answer is plainly another batch than was asked for: it is asked for again. */
  isAnother(answer: BatchAnswer): boolean;
  /** Under which cursor the batch is kept; a later run goes on behind it. */
  cursorOf(answer: BatchAnswer, taken: number): string;
  /** Goes on behind the answer. False: there is nothing behind it. */
  advance(answer: BatchAnswer): boolean;
}

/** A cursor with this mark belongs to the last batch so far: the same mark is asked for again, as the batch may have grown. */
const END = "end:";

/** @param after cursor of the batch of this source that was kept last; null: none */
export function openPlace(source: Source, after: string | null): Place {
  if (source.page !== null) return byPage(source.page, after);
  if (source.cursor !== null) return byMark(source.cursor, after);
  return {
    urlOf: (base) => base,
    isAnother: () => false,
    cursorOf: ({ cursor }, taken) => cursor ?? String(taken + 1),
    advance: ({ isLast }) => !isLast,
  };
}

function byPage(parameter: string, after: string | null): Place {
  const last = after === null ? 0 : Number(after);
  let page = Number.isSafeInteger(last) && last >= 0 ? last + 1 : 1;
  return {
    urlOf: (base) => withParameter(base, parameter, String(page)),
    isAnother: ({ cursor }) => cursor !== null && cursor !== String(page),
    cursorOf: () => String(page),
    advance: ({ isLast }) => {
      page++;
      return !isLast;
    },
  };
}

function byMark({ parameter, field }: { parameter: string; field: string }, after: string | null): Place {
  let mark = after === null || after === END ? null : after.startsWith(END) ? after.slice(END.length) : after;
  const next = ({ envelope }: BatchAnswer): string | null => {
    const value = envelope[field];
    const isMark = (typeof value === "string" && value !== "") || typeof value === "number";
    return isMark && String(value) !== mark ? String(value) : null;
  };
  return {
    urlOf: (base) => (mark === null ? base : withParameter(base, parameter, mark)),
    isAnother: () => false,
    cursorOf: (answer) => next(answer) ?? `${END}${mark ?? ""}`,
    advance: (answer) => {
      const following = next(answer);
      if (following === null || answer.isLast) return false;
      mark = following;
      return true;
    },
  };
}

function withParameter(base: URL, name: string, value: string): URL {
  const url = new URL(base);
  url.searchParams.set(name, value);
  return url;
}
