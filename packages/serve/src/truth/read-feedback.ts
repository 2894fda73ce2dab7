import { errors } from "../errors.js";
import type { TrueLabel } from "./truth-store.js";

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?::(\d{1,7}))?$/;
const MOST_LABELS = 10_000;

/**
 * The labels of a feedback request: `{"id": …, "label": …}`, or a list of these. The id is that of the answer; row `n` of
 * several is `<id>:<n>`.
 *
 * @throws SERVE_BAD_FEEDBACK, SERVE_TOO_MANY_ROWS
 */
export function readFeedback(body: unknown, pipeline: string, caller: string | null): TrueLabel[] {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (list.length > MOST_LABELS) throw errors.TOO_MANY_ROWS({ rows: list.length, limit: MOST_LABELS });
  return list.map((entry, at) => {
    const field = (name: string) => (Array.isArray(body) ? `[${at}].${name}` : name);
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      throw errors.BAD_FEEDBACK({ field: field("id"), expected: "an object with id and label", received: "something else" });
    }
    const other = Object.keys(entry).find((name) => name !== "id" && name !== "label");
    if (other !== undefined) {
      throw errors.BAD_FEEDBACK({ field: field(other.slice(0, 100)), expected: "left out", received: "given" });
    }
    const { id, label } = entry as { id?: unknown; label?: unknown };
    const match = typeof id === "string" ? ID.exec(id) : null;
    if (match === null) {
      const received = String(JSON.stringify(id)).slice(0, 100);
      throw errors.BAD_FEEDBACK({ field: field("id"), expected: "the id of an answer", received });
    }
    if (typeof label !== "number" && typeof label !== "string" && typeof label !== "boolean") {
      throw errors.BAD_FEEDBACK({ field: field("label"), expected: "a number, text, true or false", received: typeof label });
    }
    return { pipeline, request: match[0].slice(0, 36), position: Number(match[1] ?? 0), label: checked(label, field), caller };
  });
}

function checked(label: number | string | boolean, field: (name: string) => string): number | string | boolean {
  if (typeof label === "number" && !Number.isFinite(label)) {
    throw errors.BAD_FEEDBACK({ field: field("label"), expected: "a finite number", received: String(label) });
  }
  if (typeof label === "string" && label.length > 1_000) {
    throw errors.BAD_FEEDBACK({
      field: field("label"),
      expected: "text of 1000 characters at most",
      received: `${label.length}`,
    });
  }
  return label;
}
