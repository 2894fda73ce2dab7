import { cut } from "./format.js";
import type { Palette } from "./palette.js";

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

const gutter = "  ";

/**
 * Rows under dim titles, two spaces between columns. What does not fit in `width` is cut from the last column.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  options: { readonly palette: Palette; readonly width: number },
): string[] {
  const widths = columns.map(({ title }, index) => Math.max(letters(title), ...rows.map((row) => letters(row[index] ?? ""))));
  const line = (cells: readonly string[]): string => {
    const padded = columns.map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align ?? "left"));
    return cut(padded.join(gutter).trimEnd(), options.width);
  };
  return [options.palette.dim(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - letters(text)));
  return align === "left" ? text + space : space + text;
}

const letters = (text: string): number => [...text].length;
