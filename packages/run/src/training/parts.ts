import type { SplitDefinition } from "@atalaya/define";
import type { CrossValidationPlan } from "@atalaya/learn";

/** Which part a row belongs to; one byte per row of a dataset. */
export const TRAIN = 0;
export const VALIDATION = 1;
export const TEST = 2;
/** A training row that a `.trainOnly` filter left out. */
export const LEFT_OUT = 3;

/** Positions of the rows of one part, ascending. */
export function rowsOfPart(parts: Uint8Array, part: number): Uint32Array {
  let count = 0;
  for (const each of parts) if (each === part) count++;
  const rows = new Uint32Array(count);
  let next = 0;
  for (let row = 0; row < parts.length; row++) if (parts[row] === part) rows[next++] = row;
  return rows;
}

/** Share of the training rows that tuning sets aside where the pipeline's split has no validation part. */
const TUNING_SHARE = 0.15;

/** The split that cuts a validation part out of the training rows, by the same rule as the pipeline's own split. */
export function tuningSplit(split: SplitDefinition, seed: number): SplitDefinition {
  switch (split.kind) {
    case "byGroup":
      return { ...split, test: TUNING_SHARE, validation: 0, seed: split.seed + 1 };
    case "byTime":
      return { ...split, test: TUNING_SHARE, validation: 0 };
    case "shuffled":
      return { ...split, test: TUNING_SHARE, validation: 0, seed: split.seed + 1 };
    case "byLevel":
      return { kind: "shuffled", test: TUNING_SHARE, validation: 0, seed, stratify: null };
  }
}

/** Folds of the training rows by the same rule as the pipeline's own split. */
export function foldsBy(split: SplitDefinition, folds: number, seed: number): CrossValidationPlan {
  switch (split.kind) {
    case "byGroup":
      return { kind: "byGroup", folds, seed: split.seed + 1, columns: split.columns, stratify: split.stratify };
    case "byTime":
      return { kind: "byTime", folds, column: split.column };
    case "shuffled":
      return { kind: "shuffled", folds, seed: split.seed + 1, stratify: split.stratify };
    case "byLevel":
      return { kind: "shuffled", folds, seed, stratify: null };
  }
}

/** Columns that a division into folds looks at. */
export function columnsOfFolds(plan: CrossValidationPlan): readonly string[] {
  if (plan.kind === "byTime") return [plan.column];
  const stratify = plan.stratify === null ? [] : [plan.stratify];
  return plan.kind === "byGroup" ? [...plan.columns, ...stratify] : stratify;
}
