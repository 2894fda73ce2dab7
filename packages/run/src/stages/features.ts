import { toFeaturePlan } from "@atalaya/define";
import { deriveColumns, isMissing } from "@atalaya/learn";
import { loadRows, type RowsReference } from "../artifacts/row-objects.js";
import type { StepOutcome } from "../workflow/step-clock.js";
import type { StageContext } from "./stage.js";

export interface FeaturesOutcome extends StepOutcome {
  readonly rows: number;
  /** Share of rows without a value, by feature. */
  readonly missing: Readonly<Record<string, number>>;
}

/**
 * Computes the features of every row once, to know before anything is trained that they can be computed and how many
 * values they lack. They are not stored: expressions are cheap, and training and serving compute them with the same code.
 */
export async function features(context: StageContext, rows: RowsReference): Promise<FeaturesOutcome> {
  const plan = toFeaturePlan(context.definition);
  const frame = await loadRows(context, rows);
  const values = deriveColumns(plan, frame);
  const missing: Record<string, number> = {};
  for (const { name } of plan.features) {
    const column = values.columns.get(name);
    if (column === undefined) continue;
    let count = 0;
    for (let row = 0; row < frame.rowCount; row++) if (isMissing(column, row)) count++;
    missing[name] = frame.rowCount === 0 ? 0 : count / frame.rowCount;
  }
  const empty = Object.keys(missing).filter((name) => missing[name] === 1);
  const said = `${plan.features.length} features, ${plan.derived.length} of them derived`;
  return {
    rows: frame.rowCount,
    missing,
    audit: { dataset: rows.dataset.sha256, rowsIn: frame.rowCount, rowsOut: frame.rowCount, metrics: { missing } },
    summary: empty.length === 0 ? said : `${said}; without any value: ${empty.join(", ")}`,
  };
}
