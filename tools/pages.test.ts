import { expect, test } from "vitest";
import { placeholderDetails } from "./pages/placeholder.mjs";

interface Details {
  readonly file: string;
  readonly columns: readonly string[];
  readonly seconds: number;
  readonly place: { readonly line: number };
}

test("a message made with placeholders names its details", () => {
  const { file, columns, seconds, place } = placeholderDetails() as Details;
  expect(`${file} line ${place.line}: ${columns.join(", ")} took ${seconds.toFixed(1)} s`).toBe(
    "<file> line <place.line>: <columns> took <seconds> s",
  );
  expect([...columns].map((column) => `"${column}"`)).toEqual(['"<columns>"']);
  expect(`${columns.map((column) => column.trim()).join()}`).toBe("<columns>");
});
