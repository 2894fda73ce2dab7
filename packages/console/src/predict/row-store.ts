import type { JsonCell } from "@atalaya/learn";
import type { FormRow, PageModel } from "./page-model.js";

const WRITE_AFTER_MS = 300;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * The row of the form: out of the address (a link that somebody shared), else what stood here last, else the first
 * example. A field that the stored row leaves out is unknown; one that the model does not have is left out.
 */
export function loadRow(model: PageModel): FormRow {
  const linked = new URLSearchParams(location.search).get("row");
  const found = parseRow(linked) ?? parseRow(sessionStorage.getItem(storedAs(model.pipeline)));
  const row = found ?? model.examples[0] ?? {};
  return Object.fromEntries(
    model.fields.map(({ column: { name } }) => [name, Object.hasOwn(row, name) ? (row[name] ?? null) : null]),
  );
}

/** Keeps the row in the address and for a reload, a moment after the last change. */
export function storeRow(model: PageModel, row: FormRow): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const text = JSON.stringify(knownOf(row));
    sessionStorage.setItem(storedAs(model.pipeline), text);
    const [, screen, pipeline] = location.pathname.split("/");
    const isHere = screen === "predict" && decodeURIComponent(pipeline ?? "") === model.pipeline;
    if (isHere && text.length < 4_000)
      history.replaceState(history.state, "", `${location.pathname}?row=${encodeURIComponent(text)}`);
  }, WRITE_AFTER_MS);
}

/** The row as a request carries it: without what is unknown. */
export function knownOf(row: FormRow): Record<string, JsonCell> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

const storedAs = (pipeline: string): string => `atalaya-row ${pipeline}`;

/** null: it is no row. */
export function parseRow(text: string | null): FormRow | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const cells = Object.entries(value).filter(
      ([, cell]) => cell === null || ["number", "string", "boolean"].includes(typeof cell),
    );
    return Object.fromEntries(cells) as FormRow;
  } catch {
    return null;
  }
}
