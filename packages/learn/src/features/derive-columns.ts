import { errors } from "../errors.js";
import { evaluateExpression } from "../expression/evaluate.js";
import type { Frame, FrameColumn } from "../frame/frame.js";
import { missingColumn } from "../frame/frame-builder.js";
import { columnKindOf } from "../schema/column-kind.js";
import type { FeaturePlan } from "./feature-plan.js";

/**
 * The inputs of the plan and its derived values, in this order, for every row. An optional input that the frame lacks is
 * missing throughout.
 *
 * @throws LEARN_FRAME_COLUMN_MISSING, LEARN_FRAME_COLUMNS_DIFFER
 */
export function deriveColumns({ inputs, derived }: Pick<FeaturePlan, "inputs" | "derived">, frame: Frame): Frame {
  const columns = new Map<string, FrameColumn>();
  for (const { name, type, optional } of inputs) {
    const kind = columnKindOf(type);
    const column = frame.columns.get(name) ?? (optional ? missingColumn(kind, frame.rowCount) : undefined);
    if (column === undefined) throw errors.FRAME_COLUMN_MISSING({ column: name, columns: [...frame.columns.keys()] });
    if (column.kind !== kind) throw errors.FRAME_COLUMNS_DIFFER({ column: name, kind, other: column.kind });
    columns.set(name, column);
  }
  const inputFrame: Frame = { rowCount: frame.rowCount, columns };
  const values = derived.map(({ name, expression }) => [name, evaluateExpression(expression, inputFrame)] as const);
  return { rowCount: frame.rowCount, columns: new Map([...columns, ...values]) };
}
