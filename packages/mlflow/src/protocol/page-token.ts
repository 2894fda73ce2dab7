import { invalid } from "../errors.js";

/** Where the next page begins, as MLflow writes it: base64 of `{"offset": n}`. */
export function pageToken(offset: number): string {
  return Buffer.from(`{"offset": ${offset}}`).toString("base64");
}

/** @throws MLFLOW_INVALID_PARAMETER */
export function offsetOf(token: string | null): number {
  if (token === null || token === "") return 0;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0)
    throw invalid("Invalid page token, could not base64-decode");
  const text = Buffer.from(token, "base64").toString();
  let offset: unknown;
  try {
    offset = (JSON.parse(text) as { offset?: unknown } | null)?.offset;
  } catch {
    throw invalid(`Invalid page token, decoded value=b'${text}'`);
  }
  const number = Number(offset);
  if (offset === undefined || !Number.isInteger(number) || number < 1)
    throw invalid(`Invalid page token, parsed value=${JSON.stringify(offset ?? null)}`);
  return number;
}
