import { invalid } from "../errors.js";

export type Token =
  | { readonly kind: "name" | "text" | "number" | "comparator" | "and"; readonly text: string }
  | { readonly kind: "list"; readonly text: string; readonly items: readonly string[] };

const pieces = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<list>\((?:[^()'"]|'[^']*'|"[^"]*")*\))`,
    "(?<comparator>!=|<=|>=|<>|=|<|>)",
    String.raw`(?<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))`,
    String.raw`(?<text>'[^']*'|"[^"]*"(?!\.))`,
    '(?<name>(?:[\\p{L}_][\\p{L}\\p{N}_]*|`[^`]*`|"[^"]*")(?:\\.(?:`[^`]*`|"[^"]*"|[\\p{L}\\p{N}_.\\-/:@]+))?)',
  ].join("|"),
  "uy",
);

/**
 * Cuts a filter into names, values and comparators; `IS NOT NULL`, `NOT IN` and their like are one comparator.
 *
 * @throws MLFLOW_INVALID_PARAMETER
 */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  pieces.lastIndex = 0;
  while (pieces.lastIndex < filter.length) {
    const begin = pieces.lastIndex;
    const groups = pieces.exec(filter)?.groups;
    if (groups === undefined) throw invalid(`Invalid clause(s) in filter string: '${filter.slice(begin)}'`);
    const token = tokenOf(groups);
    if (token !== null) tokens.push(token);
  }
  return joinWords(tokens);
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token | null {
  const { list, comparator, number, text, name } = groups;
  if (list !== undefined) return { kind: "list", text: list, items: itemsOf(list) };
  if (comparator !== undefined) return { kind: "comparator", text: comparator };
  if (number !== undefined) return { kind: "number", text: number };
  if (text !== undefined) return { kind: "text", text };
  return name === undefined ? null : { kind: "name", text: name };
}

function itemsOf(list: string): string[] {
  const inner = list.slice(1, -1).trim().replace(/,$/, "").trim();
  if (inner === "")
    throw invalid("While parsing a list in the query, expected a non-empty list of string values, but got empty list");
  if (!/^(?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*$/.test(inner))
    throw invalid(
      `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ${list}`,
    );
  return [...inner.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? "");
}

const words = /^(?:LIKE|ILIKE|IN|NOT|IS|NULL|AND|RLIKE)$/i;

/** Keywords are names until here: their meaning depends on those around them. */
function joinWords(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    if (token.kind !== "name" || !words.test(token.text)) {
      joined.push(token);
      continue;
    }
    const phrase = [token, tokens[index + 1], tokens[index + 2]].map((each) => each?.text.toUpperCase() ?? "");
    const [first, second, third] = phrase;
    if (first === "AND") joined.push({ kind: "and", text: token.text });
    else if (first === "IS" && second === "NOT" && third === "NULL") {
      joined.push({ kind: "comparator", text: "IS NOT NULL" });
      index += 2;
    } else if ((first === "IS" && second === "NULL") || (first === "NOT" && second === "IN")) {
      joined.push({ kind: "comparator", text: `${first} ${second}` });
      index += 1;
    } else joined.push({ kind: "comparator", text: first ?? "" });
  }
  return joined;
}
