import { PartAssigner } from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import { loadRows, type RowsReference, writeBytesObject } from "../artifacts/row-objects.js";
import { errors } from "../errors.js";
import { keptPositions, RowTable } from "../rows/row-table.js";
import { blocksOf } from "../rows/stored-rows.js";
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
  const stored = await loadRows(context, rows);
  const assigner = new PartAssigner(context.definition.split, stored.rowCount);
  for await (const { frame } of blocksOf(stored)) assigner.add(frame);
  return storeParts(context, assigner.finish());
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
  const stored = await loadRows(context, rows);
  const parts = await loadParts(context, divided);
  const training = rowsOfPart(parts, TRAIN);
  const given = new RowTable<never>(stored, training);
  const kept = keptPositions(
    name,
    given,
    runFilter(name, () => filter.keep(given)),
  );
  const narrowed = parts.map((part) => (part === TRAIN ? LEFT_OUT : part));
  for (const row of kept) narrowed[row] = TRAIN;
  const left = countOf(narrowed, TRAIN);
  if (left === 0) throw errors.NO_TRAINING_ROWS({ pipeline: context.definition.name });
  report.note(`${(training.length - left).toLocaleString("en-US")} of ${training.length.toLocaleString("en-US")} rows left out`);
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

function countOf(parts: Uint8Array, part: number): number {
  let count = 0;
  for (const each of parts) if (each === part) count++;
  return count;
}

async function storeParts(context: StageContext, parts: Uint8Array): Promise<PartsOutcome> {
  const [train, validation, test] = [countOf(parts, TRAIN), countOf(parts, VALIDATION), countOf(parts, TEST)];
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
