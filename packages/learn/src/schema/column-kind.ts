import type { ColumnKind } from "../frame/column-builder.js";
import type { ColumnType } from "./column-schema.js";

/** How a frame holds a column of this declared type. */
export function columnKindOf(type: ColumnType): ColumnKind {
  if (type === "integer") return "number";
  if (type === "text") return "category";
  return type;
}
