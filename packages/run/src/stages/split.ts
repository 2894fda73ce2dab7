import { assignParts, selectRows } from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import { loadRows, type RowsReference, writeBytesObject } from "../artifacts/row-objects.js";
import { errors } from "../errors.js";
import { keptPositions, RowTable } from "../rows/row-table.js";
import { LEFT_OUT, rowsOfPart, TEST, TRAIN, VALIDATION } from "../training/parts.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import type { StageContext } from "./stage.js";

/** Part of every row of a dataset, as one byte each. */
export interface PartsOutcome extends StepOutcome {
  readonly parts: ObjectReference;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Divides the rows. A row's part depends on the row and the split's seed, not on the other rows. */
export async function split(context: StageContext, rows: RowsReference): Promise<PartsOutcome> {
  const frame = await loadRows(context, rows);
  return storeParts(context, assignParts(context.definition.split, frame));
}

/** One `.trainOnly` filter: rows that it drops leave the training part and no other. */
export async function trainOnly(
  context: StageContext,
  rows: RowsReference,
  divided: PartsOutcome,
  name: string,
  report: StepReporter,
): Promise<PartsOutcome> {
  const filter = context.definition.trainOnly.find((candidate) => candidate.name === name)!;
  const frame = await loadRows(context, rows);
  const parts = await loadParts(context, divided);
  const training = rowsOfPart(parts, TRAIN);
  const given = RowTable.of(selectRows(frame, training));
  const kept = new Set(
    keptPositions(
      name,
      given,
      runFilter(name, () => filter.keep(given)),
    ),
  );
  const narrowed = parts.map((part) => part);
  training.forEach((row, position) => {
    if (!kept.has(position)) narrowed[row] = LEFT_OUT;
  });
  if (kept.size === 0) throw errors.NO_TRAINING_ROWS({ pipeline: context.definition.name });
  report.note(
    `${(training.length - kept.size).toLocaleString("en-US")} of ${training.length.toLocaleString("en-US")} rows left out`,
  );
  return storeParts(context, narrowed);
}

export async function loadParts(context: StageContext, { parts }: PartsOutcome): Promise<Uint8Array> {
  return context.store.objects.get(parts);
}

function runFilter<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw errors.STEP_FAILED({ step: name, why: error instanceof Error ? error.message : String(error) }, error);
  }
}

async function storeParts(context: StageContext, parts: Uint8Array): Promise<PartsOutcome> {
  const count = (part: number): number => rowsOfPart(parts, part).length;
  const [train, validation, test] = [count(TRAIN), count(VALIDATION), count(TEST)];
  const said = [`${train.toLocaleString("en-US")} to train`];
  if (validation > 0) said.push(`${validation.toLocaleString("en-US")} to validate`);
  said.push(`${test.toLocaleString("en-US")} to test`);
  return {
    parts: await writeBytesObject(context, "parts", parts),
    train,
    validation,
    test,
    audit: {
      rowsIn: parts.length,
      rowsOut: train + validation + test,
      parameters: context.definition.split,
      metrics: { train, validation, test },
    },
    summary: said.join(", "),
  };
}
