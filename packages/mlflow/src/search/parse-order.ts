import type { Order } from "@atalaya/registry";
import { invalid } from "../errors.js";
import type { Grammar } from "./grammar.js";
import { identifierOf } from "./parse-filter.js";

/**
 * `metrics.rmse DESC`, `start_time`, `` params.`a b` ASC `` as keys to sort by.
 *
 * @throws MLFLOW_INVALID_PARAMETER
 */
export function parseOrder(clauses: readonly string[], grammar: Grammar): Order[] {
  const seen = new Set<string>();
  return clauses.map((clause) => {
    const match = /^\s*((?:[^\s`"]|`[^`]*`|"[^"]*")+)(?:\s+(\S+))?\s*$/.exec(clause);
    if (match === null) throw invalid(`Invalid order_by clause '${clause}'. Could not be parsed.`);
    const [, name = "", way = "asc"] = match;
    if (!/^(asc|desc)$/i.test(way)) throw invalid(`Invalid ordering key in order_by clause '${clause}'.`);
    const { entity, key } = identifierOf(name, grammar, grammar.orderBy);
    if (entity === "dataset") throw invalid(`Invalid identifier type '${entity}'`);
    if (seen.has(`${entity}.${key}`)) throw invalid(`\`order_by\` contains duplicate fields: ${JSON.stringify(clauses)}`);
    seen.add(`${entity}.${key}`);
    return { entity, key, ascending: way.toLowerCase() === "asc" };
  });
}
