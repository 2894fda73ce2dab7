import { sql } from "@atalaya/store";
import { direction, type Order } from "./clauses.js";
import type { Fragment } from "./database.js";
import { keyedTables, runAttributes } from "./run-conditions.js";

/** What a sorted search of runs joins, and what it sorts by. */
export interface RunOrder {
  readonly joins: Fragment;
  readonly keys: readonly Fragment[];
}

/** The newest first unless ordered otherwise; runs without the value last, NaN before them. */
export function runOrder(order: readonly Order[]): RunOrder {
  const joins: Fragment[] = [];
  const keys: Fragment[] = [];
  order.forEach(({ entity, key, ascending }, index) => {
    if (entity === "attribute") {
      const column = runAttributes[key] ?? sql`r.id`;
      keys.push(sql`${column} is null`, sql`${column} ${direction(ascending)}`);
      return;
    }
    const name = sql.table(`sorted_${index}`);
    const value = sql`${name}.value`;
    joins.push(sql`left join ${keyedTables[entity]} as ${name} on ${name}.run = r.number and ${name}.key = ${key}`);
    const rank =
      entity === "metric"
        ? sql`case when ${value} is null then 2 when ${value} = 'NaN' then 1 else 0 end`
        : sql`${value} is null`;
    keys.push(rank, sql`${value} ${direction(ascending)}`);
  });
  if (!order.some(isStartTime)) keys.push(sql`r.started_at desc nulls last`);
  keys.push(sql`r.id`);
  return { joins: joins.length === 0 ? sql`` : sql`${sql.join(joins, sql` `)}`, keys };
}

export function isStartTime({ entity, key }: Order): boolean {
  return entity === "attribute" && key === "start_time";
}
