import { defineErrors } from "@atalaya/errors";

export const errors = defineErrors("LEARN", {
  BUNDLE_BROKEN: {
    status: 422,
    message: ({ place, problem }: { place: string; problem: string }) => `The model file is damaged: ${place} ${problem}.`,
    hint: () => "Fetch the file again, or load another version of the model.",
  },
  BUNDLE_NOT_A_MODEL: {
    status: 422,
    message: ({ bytes }: { bytes: number }) => `These ${bytes} bytes are not an Atalaya model file.`,
    hint: () => "Give the file that a training run stored.",
  },
  BUNDLE_VERSION_UNKNOWN: {
    status: 422,
    message: ({ found, supported }: { found: number; supported: number }) =>
      `The model file has format version ${found}; this Atalaya reads version ${supported}.`,
    hint: ({ found, supported }: { found: number; supported: number }) =>
      found > supported ? "Upgrade Atalaya, or load a version trained by this release." : "Train the model again.",
  },
  EXPLANATION_NOT_ADDITIVE: {
    status: 500,
    message: ({ row, output, sum }: { row: number; output: number; sum: number }) =>
      `The effects of row ${row} sum to ${sum}, but the model's output is ${output}.`,
  },
  EXPRESSION_COLUMN_UNKNOWN: {
    status: 400,
    message: ({ place, column }: { place: string; column: string; suggestion: string | null }) =>
      `${place} reads the column "${column}", which does not exist.`,
    hint: ({ suggestion }: { suggestion: string | null }) =>
      suggestion === null ? "Declare the column in the dataset." : `Did you mean "${suggestion}"?`,
  },
  EXPRESSION_INVALID: {
    status: 400,
    message: ({ place, problem }: { place: string; problem: string }) => `${place} ${problem}.`,
  },
  EXPRESSION_KIND: {
    status: 400,
    message: ({ place, expected, got }: { place: string; expected: string; got: string }) =>
      `${place} takes a ${expected}, but this is a ${got}.`,
  },
  FEATURE_COUNT_MISMATCH: {
    status: 400,
    message: ({ expected, got }: { expected: number; got: number }) =>
      `The model reads ${expected} feature columns, but ${got} were given.`,
  },
  FEATURE_ENCODER_UNFIT: {
    status: 400,
    message: ({ feature, problem }: { feature: string; encoder: string; problem: string }) =>
      `The feature "${feature}" cannot be encoded: ${problem}.`,
    hint: ({ encoder }: { encoder: string }) => `Choose another encoder than ${encoder} for it, or leave the column out.`,
  },
  FEATURE_NAME_REPEATED: {
    status: 400,
    message: ({ name }: { name: string }) => `Two columns or derived values are called "${name}".`,
    hint: () => "Give each its own name.",
  },
  FEATURE_UNKNOWN: {
    status: 400,
    message: ({ feature }: { feature: string; suggestion: string | null }) =>
      `The feature "${feature}" is neither a column nor a derived value.`,
    hint: ({ suggestion }: { suggestion: string | null }) =>
      suggestion === null ? "Declare or derive it first." : `Did you mean "${suggestion}"?`,
  },
  FRAME_COLUMNS_DIFFER: {
    status: 400,
    message: ({ column, kind, other }: { column: string; kind: string; other: string }) =>
      `The column "${column}" holds ${kind} values in one table and ${other} values in another.`,
  },
  FRAME_COLUMN_MISSING: {
    status: 400,
    message: ({ column }: { column: string; columns: readonly string[] }) => `The table has no column "${column}".`,
    hint: ({ columns }: { columns: readonly string[] }) => `Its columns are ${columns.join(", ")}.`,
  },
  FRAME_COLUMN_REPEATED: {
    status: 400,
    message: ({ column }: { column: string }) => `Two columns are called "${column}".`,
  },
  FRAME_LENGTHS_DIFFER: {
    status: 500,
    message: ({ column, rows, expected }: { column: string; rows: number; expected: number }) =>
      `The column "${column}" has ${rows} rows, but its table has ${expected}.`,
  },
  METRIC_INPUT_INVALID: {
    status: 400,
    message: ({ problem }: { problem: string }) => `The metrics cannot be computed: ${problem}.`,
  },
  METRIC_UNKNOWN: {
    status: 400,
    message: ({ metric, task }: { metric: string; task: string; known: readonly string[] }) =>
      `There is no metric "${metric}" for ${task}.`,
    hint: ({ known }: { known: readonly string[] }) => `There are ${known.join(", ")}.`,
  },
  REPLAY_ROW_REFUSED: {
    status: 500,
    message: ({ row, field, expected, received }: { row: number; field: string; expected: string; received: string }) =>
      `Training row ${row} would be refused as a request: "${field}" should be ${expected}, but is ${received}.`,
    hint: () => "Training rows must satisfy the same column declarations as requests; check the steps before the features.",
  },
  SPLIT_COLUMN_MISSING: {
    status: 400,
    message: ({ column }: { column: string; suggestion: string | null }) =>
      `The split reads the column "${column}", which does not exist.`,
    hint: ({ suggestion }: { suggestion: string | null }) =>
      suggestion === null ? "Name a column of the dataset." : `Did you mean "${suggestion}"?`,
  },
  SPLIT_INVALID: {
    status: 400,
    message: ({ problem }: { problem: string }) => `The split cannot be made: ${problem}.`,
  },
  SPLIT_PART_EMPTY: {
    status: 400,
    message: ({ part, rows }: { part: string; rows: number }) => `The split leaves no ${part} row out of ${rows}.`,
    hint: () => "Give more rows, another seed, or other shares.",
  },
});
