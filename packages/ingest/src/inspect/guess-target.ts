import type { ProposedColumn } from "./propose-column.js";

const MEANT = /^(target|label|class|outcome|response|y)$/i;
const USUAL =
  /^(price|sale_?price|salary|income|churn|churned|survived|default|readmitted|attack|species|quality|is_?fraud|fraud)$/i;
const MOST_CLASSES = 20;
/** A target that is missing in more rows than this is none. */
const MOST_MISSING = 0.2;

function canBeTarget(column: ProposedColumn): boolean {
  if (column.missingShare > MOST_MISSING || (column.distinct !== null && column.distinct < 2)) return false;
  if (column.type === "category") return column.distinct !== null && column.distinct <= MOST_CLASSES;
  return column.type === "number" || column.type === "integer" || column.type === "boolean";
}

/** The column that is probably to be predicted: one that is called so, or the last that could be; null: none could. */
export function guessTarget(columns: readonly ProposedColumn[]): string | null {
  const possible = columns.filter(canBeTarget);
  const named = possible.find(({ header }) => MEANT.test(header)) ?? possible.find(({ header }) => USUAL.test(header));
  return (named ?? possible.at(-1))?.header ?? null;
}
