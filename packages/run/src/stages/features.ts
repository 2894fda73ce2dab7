import { toFeaturePlan } from "@atalaya/define";
import { deriveColumns, type FrameColumn, isMissing } from "@atalaya/learn";
import { loadRows, type RowsReference } from "../artifacts/row-objects.js";
import { blocksOf } from "../rows/stored-rows.js";
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
  const stored = await loadRows(context, rows);
  const countByName = new Map<string, number>();
  for await (const { frame } of blocksOf(stored)) {
    const values = deriveColumns(plan, frame);
    for (const { name } of plan.features) {
      const column = values.columns.get(name);
      if (column !== undefined) countByName.set(name, (countByName.get(name) ?? 0) + missingRows(column, frame.rowCount));
    }
  }
  const { rowCount } = stored;
  const missing = Object.fromEntries(Array.from(countByName, ([name, count]) => [name, count / rowCount]));
  const empty = Object.keys(missing).filter((name) => missing[name] === 1);
  const said = `${plan.features.length} features, ${plan.derived.length} of them derived`;
  return {
    rows: rowCount,
    missing,
    audit: { dataset: rows.dataset.sha256, rowsIn: rowCount, rowsOut: rowCount, metrics: { missing } },
    summary: empty.length === 0 ? said : `${said}; without any value: ${empty.join(", ")}`,
  };
}

function missingRows(column: FrameColumn, rowCount: number): number {
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (isMissing(column, row)) count++;
  return count;
}
