import { sql } from "@atalaya/store";
import type { Fragment, Stage } from "./database.js";

export type Comparator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "LIKE" | "ILIKE" | "IN" | "NOT IN" | "IS NULL" | "IS NOT NULL";

/** One condition of a search; a search joins its conditions with AND. */
export interface Clause {
  readonly entity: "attribute" | "metric" | "param" | "tag" | "dataset";
  readonly key: string;
  readonly comparator: Comparator;
  readonly value: string | number | readonly string[] | null;
}

/** One key to sort by. */
export interface Order {
  readonly entity: "attribute" | "metric" | "param" | "tag";
  readonly key: string;
  readonly ascending: boolean;
}

/** Which runs are asked for, in which order, and which of them. */
export interface RunSearch {
  readonly experiments: readonly number[];
  readonly clauses: readonly Clause[];
  readonly order: readonly Order[];
  readonly stages: readonly Stage[];
  readonly limit: number;
  readonly offset: number;
}

/** `column <comparator> value` with the value as a parameter. */
export function compare(column: Fragment, { comparator, value }: Pick<Clause, "comparator" | "value">): Fragment {
  switch (comparator) {
    case "=":
      return sql`${column} = ${value}`;
    case "!=":
      return sql`${column} <> ${value}`;
    case "<":
      return sql`${column} < ${value}`;
    case "<=":
      return sql`${column} <= ${value}`;
    case ">":
      return sql`${column} > ${value}`;
    case ">=":
      return sql`${column} >= ${value}`;
    case "LIKE":
      return sql`${column} like ${value}`;
    case "ILIKE":
      return sql`${column} ilike ${value}`;
    case "IN":
      return sql`${column} = any(${value})`;
    case "NOT IN":
      return sql`${column} <> all(${value})`;
    case "IS NULL":
      return sql`${column} is null`;
    case "IS NOT NULL":
      return sql`${column} is not null`;
  }
}

/** Tags that are kept as one jsonb object. A missing tag satisfies nothing but IS NULL. */
export function compareTag(tags: Fragment, clause: Clause): Fragment {
  return compare(sql`${tags} ->> ${clause.key}`, clause);
}

export function direction(ascending: boolean): Fragment {
  return ascending ? sql`asc` : sql`desc`;
}
