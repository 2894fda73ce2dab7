import type { Clause, Comparator } from "@atalaya/registry";
import { invalid } from "../errors.js";
import { type Grammar, numberComparators } from "./grammar.js";
import { type Token, tokensOf } from "./tokens.js";

/**
 * A filter of MLflow's grammar as clauses: `metrics.rmse < 0.5 and params.depth = '3'`.
 *
 * @throws MLFLOW_INVALID_PARAMETER
 */
export function parseFilter(filter: string | null, grammar: Grammar): Clause[] {
  if (filter === null || filter.trim() === "") return [];
  const clauses: Clause[] = [];
  for (const tokens of splitByAnd(tokensOf(filter))) clauses.push(clauseOf(tokens, grammar));
  return clauses;
}

/** Words that stand between the comparisons must be AND. */
function splitByAnd(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "and") parts.push([]);
    else parts.at(-1)?.push(token);
  }
  for (const part of parts) {
    const isWhole = part.length === 3 || (part.length === 2 && part[1]?.text.startsWith("IS"));
    if (!isWhole) throw invalid(`Invalid clause(s) in filter string: ${part.map(({ text }) => `'${text}'`).join(", ") || "''"}`);
  }
  return parts;
}

function clauseOf([left, middle, right]: readonly Token[], grammar: Grammar): Clause {
  if (left?.kind !== "name") throw invalid(`Invalid comparison clause. Expected 'Identifier' found '${left?.text}'`);
  if (middle?.kind !== "comparator") throw invalid(`Invalid comparison clause. Expected comparison found '${middle?.text}'`);
  const { entity, key } = identifierOf(left.text, grammar, grammar.attributes);
  const comparator = middle.text as Comparator;
  if (right === undefined) {
    if (!grammar.nullable.includes(entity))
      throw invalid(`IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${key}'`);
    return { entity, key, comparator, value: null };
  }
  checkComparator(entity, key, comparator, grammar);
  return { entity, key, comparator, value: asValue(entity, key, right, grammar) };
}

/** What a name means: `metrics.rmse`, `` tags.`a b` ``, or an attribute alone. */
export function identifierOf(
  name: string,
  grammar: Grammar,
  attributes: readonly string[],
): { readonly entity: Clause["entity"]; readonly key: string } {
  const dot = /^[`"]/.test(name) ? name.indexOf(".", name.indexOf(name[0] as string, 1)) : name.indexOf(".");
  const word = dot === -1 ? "" : unquoted(name.slice(0, dot));
  const entity = dot === -1 ? "attribute" : grammar.entities[word];
  if (entity === undefined) throw invalid(`Invalid entity type '${word}'. Valid values are ${grammar.entityNames}`);
  const key = unquoted(unquoted(name.slice(dot + 1)));
  const attribute = grammar.otherNames[key] ?? key;
  if (entity === "attribute" && !attributes.includes(attribute))
    throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '${JSON.stringify(attributes)}'`);
  if (entity === "dataset" && !["name", "digest", "context"].includes(key))
    throw invalid(`Invalid dataset key '${key}' specified. Valid keys are '["name","digest","context"]'`);
  return { entity, key: entity === "attribute" ? attribute : key };
}

function unquoted(name: string): string {
  return /^(['"`]).*\1$/s.test(name) && name.length >= 2 ? name.slice(1, -1) : name;
}

function checkComparator(entity: Clause["entity"], key: string, comparator: string, grammar: Grammar): void {
  const isNumber = entity === "metric" || (entity === "attribute" && grammar.numeric.includes(key));
  const allowed = isNumber
    ? numberComparators
    : entity === "tag" || entity === "param"
      ? grammar.tagComparators
      : grammar.stringComparators;
  if (!allowed.includes(comparator)) throw invalid(`Invalid comparator '${comparator}' not one of '${JSON.stringify(allowed)}'`);
}

function asValue(entity: Clause["entity"], key: string, token: Token, grammar: Grammar): Clause["value"] {
  if (entity === "metric") {
    if (token.kind !== "number") throw invalid(`Expected numeric value type for metric. Found ${token.text}`);
    return Number(token.text);
  }
  if (entity === "attribute" && grammar.numeric.includes(key)) {
    if (token.kind !== "number") throw invalid(`Expected numeric value type for numeric attribute: ${key}. Found ${token.text}`);
    return Number(token.text);
  }
  if (token.kind === "list") {
    const isAllowed = entity === "dataset" || (entity === "attribute" && grammar.lists.includes(key));
    if (!isAllowed)
      throw invalid(`Only ${JSON.stringify(grammar.lists)} attributes support comparison with a list of quoted string values.`);
    return token.items;
  }
  if (token.kind === "text") return unquoted(token.text);
  if (token.kind === "name" && /^".*"$/.test(token.text)) return unquoted(token.text);
  const what =
    entity === "attribute"
      ? "attributes"
      : entity === "dataset"
        ? "dataset attributes"
        : `${entity === "param" ? "parameter" : entity} (e.g. 'my-value')`;
  throw invalid(`Expected a quoted string value for ${what}. Got value ${token.text}`);
}
