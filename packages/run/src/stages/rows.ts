import { loadRows, type RowsReference, readPositions, writePositions } from "../artifacts/row-objects.js";
import { errors } from "../errors.js";
import { keptPositions, RowTable } from "../rows/row-table.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import type { StageContext } from "./stage.js";

export interface RowsOutcome extends StepOutcome {
  readonly rows: RowsReference;
  readonly read: number;
  readonly kept: number;
  readonly notes: Readonly<Record<string, number | string | boolean | null>>;
}

/** One `.step` of the project: its own code on rows, which may drop, sample or order them. */
export async function rows(
  context: StageContext,
  before: RowsReference,
  name: string,
  report: StepReporter,
): Promise<RowsOutcome> {
  const { work } = context.definition.steps.find((step) => step.name === name)!;
  const given = RowTable.of(await loadRows(context, before));
  const notes: Record<string, number | string | boolean | null> = {};
  const returned = await callStep(name, () =>
    work(given, {
      id: context.run,
      signal: context.signal,
      note: (key, value) => {
        notes[key] = value;
        report.note(`${key} = ${String(value)}`);
      },
    }),
  );
  const kept = keptPositions(name, given, returned);
  const earlier = before.kept === null ? null : await readPositions(context, before.kept);
  const positions = earlier === null ? kept : kept.map((position) => earlier[position]!);
  return {
    rows: { dataset: before.dataset, kept: await writePositions(context, positions) },
    read: given.rows,
    kept: kept.length,
    notes,
    audit: { dataset: before.dataset.sha256, rowsIn: given.rows, rowsOut: kept.length, metrics: notes },
    summary: `${kept.length.toLocaleString("en-US")} of ${given.rows.toLocaleString("en-US")} rows kept`,
  };
}

async function callStep<Result>(step: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw errors.STEP_FAILED({ step, why: error instanceof Error ? error.message : String(error) }, error);
  }
}
