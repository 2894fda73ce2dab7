import { type Store, sql } from "@atalaya/store";

export type Database = Store["database"];
/** A piece of a query with its parameters. */
export type Fragment = ReturnType<typeof sql<unknown>>;

export type Tags = Readonly<Record<string, string>>;
export type Stage = "active" | "deleted";

/** One page of a search; `hasMore`: another one follows. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** Cuts the row that was read only to know whether there is more. */
export function pageOf<Item>(rows: readonly Item[], limit: number): Page<Item> {
  return { items: rows.slice(0, limit), hasMore: rows.length > limit };
}

export function allOf(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0 ? sql`true` : sql`${sql.join([...conditions], sql` and `)}`;
}
