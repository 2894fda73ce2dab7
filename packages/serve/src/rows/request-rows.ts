import { errors } from "../errors.js";

/** The rows of one request. */
export interface RequestRows {
  readonly rows: readonly unknown[];
  /** True: the body was one row, and so is the answer. */
  readonly isSingle: boolean;
}

/**
 * One row `{…}`, or several as `{"rows": […]}` or `[…]`. What is in a row is not looked at here.
 *
 * @throws SERVE_BODY_NOT_ROWS, SERVE_TOO_MANY_ROWS
 */
export function requestRows(body: unknown, mostRows: number): RequestRows {
  if (Array.isArray(body)) return severalRows(body, mostRows);
  if (typeof body !== "object" || body === null) throw errors.BODY_NOT_ROWS({ received: nameOf(body) });
  // No column holds a list, so a list called rows can only be this.
  if (Object.hasOwn(body, "rows") && "rows" in body && Array.isArray(body.rows)) {
    const other = Object.keys(body).find((name) => name !== "rows");
    if (other !== undefined) throw errors.BODY_NOT_ROWS({ received: `an object with "rows" and also "${other.slice(0, 100)}"` });
    return severalRows(body.rows, mostRows);
  }
  return { rows: [body], isSingle: true };
}

function severalRows(rows: readonly unknown[], limit: number): RequestRows {
  if (rows.length > limit) throw errors.TOO_MANY_ROWS({ rows: rows.length, limit });
  return { rows, isSingle: false };
}

function nameOf(body: unknown): string {
  if (body === null) return "null";
  return typeof body === "string" ? "a text" : `a ${typeof body}`;
}
