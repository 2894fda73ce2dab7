import { defineErrors } from "@atalaya/errors";

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576).toLocaleString("en")} MiB`;

export const errors = defineErrors("LEARN", {
  BALANCE_OF_NUMBERS: {
    status: 400,
    message: () => "Classes can be balanced, but the target is a number.",
    hint: () => "Leave balance out, or give row weights.",
  },
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
  BUNDLE_NOT_STORABLE: {
    status: 500,
    message: ({ place, problem }: { place: string; problem: string }) => `The model cannot be stored: ${place} ${problem}.`,
  },
  BUNDLE_VERSION_UNKNOWN: {
    status: 422,
    message: ({ found, supported }: { found: number; supported: number }) =>
      `The model file has format version ${found}; this Atalaya reads versions 1 to ${supported}.`,
    hint: ({ found, supported }: { found: number; supported: number }) =>
      found > supported ? "Upgrade Atalaya, or load a version trained by this release." : "Train the model again.",
  },
  CONTINUE_MISMATCH: {
    status: 400,
    message: ({ problem }: { problem: string }) => `Training cannot go on from this model: ${problem}.`,
    hint: () => "Continue from a model of gradient boosting that was fitted on the same columns, target and loss.",
  },
  EXPLANATION_NOT_ADDITIVE: {
    status: 500,
    message: ({ row, output, sum }: { row: number; output: number; sum: number }) =>
      `The effects of row ${row} sum to ${sum}, but the model's output is ${output}.`,
  },
  EXPORT_UNSUPPORTED: {
    status: 422,
    message: ({ format, what }: { format: string; what: string }) =>
      `The model cannot be exported as ${format}: it has ${what}, which ${format} cannot hold.`,
    hint: () => "Export it as a bundle, or in another format.",
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
  CALIBRATION_UNFIT: {
    status: 400,
    message: ({ problem }: { problem: string }) => `The answers cannot be calibrated: ${problem}.`,
    hint: () => "Give the split a larger validation part, or leave this out of the pipeline's answers.",
  },
  CROSS_VALIDATION_INVALID: {
    status: 400,
    message: ({ problem }: { problem: string }) => `The rows cannot be cross-validated: ${problem}.`,
  },
  FEATURE_NOT_FINITE: {
    status: 400,
    message: ({ feature }: { feature: string }) => `The feature "${feature}" holds an infinite value.`,
    hint: () => "Make it missing, or a large number.",
  },
  FEATURE_UNKNOWN: {
    status: 400,
    message: ({ feature }: { feature: string; suggestion: string | null }) =>
      `The feature "${feature}" is neither a column nor a derived value.`,
    hint: ({ suggestion }: { suggestion: string | null }) =>
      suggestion === null ? "Declare or derive it first." : `Did you mean "${suggestion}"?`,
  },
  FIT_POOL_CLOSED: {
    status: 503,
    message: () => "The pool of fitting threads is closed.",
  },
  FIT_STOPPED: {
    status: 409,
    message: ({ done, total }: { done: number; total: number }) => `The fit was stopped after ${done} of ${total} rounds.`,
  },
  FIT_WORKER_DIED: {
    status: 500,
    retryable: true,
    message: ({ reason }: { reason: string }) => `The thread that fitted the model died: ${reason}.`,
    hint: () => "If it ran out of memory, fit fewer rows, columns or leaves, or give the process more.",
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
  IMPORT_BROKEN: {
    status: 422,
    message: ({ format, place, problem }: { format: string; place: string; problem: string }) =>
      `This is not a sound ${format} model file: ${place} ${problem}.`,
    hint: ({ format }: { format: string }) => `Save the model again with ${format}, and give that file whole.`,
  },
  IMPORT_UNSUPPORTED: {
    status: 422,
    message: ({ format, what }: { format: string; what: string }) => `The ${format} model cannot be imported: it has ${what}.`,
    hint: () => "Train it without, or serve it where it was trained.",
  },
  LEARNER_UNKNOWN: {
    status: 400,
    message: ({ learner }: { learner: string; known: readonly string[]; suggestion: string | null }) =>
      `There is no learner "${learner}".`,
    hint: ({ known, suggestion }: { known: readonly string[]; suggestion: string | null }) =>
      suggestion === null ? `There are ${known.join(", ")}.` : `Did you mean "${suggestion}"?`,
  },
  LOSS_OF_CLASSES: {
    status: 400,
    message: ({ loss }: { loss: string }) => `The loss "${loss}" is for numbers, but the target is a class.`,
    hint: () => "Leave loss out: classes are fitted by log-loss.",
  },
  LOG_OF_CLASSES: {
    status: 400,
    message: () => 'The parameter fitOn is "log1p", but the target is a class.',
    hint: () => 'Leave fitOn out; "log1p" is for numbers.',
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
  MONOTONE_INVALID: {
    status: 400,
    message: ({ feature, problem }: { feature: string; problem: string }) =>
      `The constraint on "${feature}" cannot be kept: ${problem}.`,
    hint: () => 'Name a column of numbers, and say "increasing" or "decreasing".',
  },
  NOTHING_VARIES: {
    status: 422,
    message: ({ features }: { features: number }) =>
      `None of the ${features} features has two different values: nothing can be isolated.`,
    hint: () => "Check that the features are filled; a column of one value tells rows apart no better than none.",
  },
  NO_FEATURES: {
    status: 400,
    message: () => "There is no feature to learn from.",
    hint: () => "Give at least one feature column.",
  },
  PARAMETER_INVALID: {
    status: 400,
    message: ({
      learner,
      parameter,
      value,
      expected,
    }: {
      learner: string;
      parameter: string;
      value: unknown;
      expected: string;
    }) => `The parameter ${parameter} of ${learner} must be ${expected}, but is ${JSON.stringify(value)}.`,
  },
  PARAMETER_UNKNOWN: {
    status: 400,
    message: ({
      learner,
      parameter,
    }: {
      learner: string;
      parameter: string;
      known: readonly string[];
      suggestion: string | null;
    }) => `${learner} has no parameter "${parameter}".`,
    hint: ({ known, suggestion }: { known: readonly string[]; suggestion: string | null }) =>
      suggestion === null ? `It has ${known.join(", ")}.` : `Did you mean "${suggestion}"?`,
  },
  RANGE_INVALID: {
    status: 400,
    message: ({ learner, parameter, problem }: { learner: string; parameter: string; problem: string }) =>
      `The range of ${parameter} for ${learner} ${problem}.`,
  },
  REPLAY_ROW_REFUSED: {
    status: 500,
    message: ({ row, field, expected, received }: { row: number; field: string; expected: string; received: string }) =>
      `Training row ${row} would be refused as a request: "${field}" should be ${expected}, but is ${received}.`,
    hint: () => "Training rows must satisfy the same column declarations as requests; check the steps before the features.",
  },
  ROW_COUNTS_DIFFER: {
    status: 400,
    message: ({ what, rows, expected }: { what: string; rows: number; expected: number }) =>
      `The ${what} has ${rows} rows, but the matrix has ${expected}.`,
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
  STREAM_BROKEN: {
    status: 422,
    message: ({ problem }: { problem: string }) => `The rows that come in chunks do not fit together: ${problem}.`,
    hint: () => "Each reading must give the same rows, in the same order, with all columns.",
  },
  STREAM_UNSUPPORTED: {
    status: 400,
    message: ({ what }: { what: string }) => `${what} needs all rows in memory, but they come in chunks.`,
    hint: () => "Give a matrix, or fit gradient boosting or a random forest from the start.",
  },
  TARGET_BELOW_LOG: {
    status: 422,
    message: ({ row, value }: { row: number; value: number }) =>
      `The target of row ${row} is ${value}, which has no log(1 + value).`,
    hint: () => 'Fit on "value", or reject values of -1 and below.',
  },
  TARGET_CLASS_UNKNOWN: {
    status: 400,
    message: ({ row, code, classes }: { row: number; code: number; classes: number }) =>
      `The target of row ${row} is class ${code}, but there are ${classes} classes, counted from 0.`,
    hint: () => "Leave rows without a target out of the training data.",
  },
  TARGET_KIND: {
    status: 400,
    message: ({ expected, got }: { expected: string; got: string }) => `The target should be a ${expected}, but is a ${got}.`,
  },
  TARGET_MISSING: {
    status: 400,
    message: ({ learner }: { learner: string }) => `${learner} needs a target, but none was given.`,
    hint: () => "Give a target, or use isolationForest.",
  },
  TARGET_NOT_FINITE: {
    status: 422,
    message: ({ row, value }: { row: number; value: string }) => `The target of row ${row} is ${value}.`,
    hint: () => "Leave rows without a finite target out of the training data.",
  },
  TARGET_ONE_CLASS: {
    status: 422,
    message: ({ class: only }: { class: string }) =>
      `Every training row is of the class "${only}": there is nothing to tell apart.`,
    hint: () => "Give training rows of at least two classes.",
  },
  TARGET_TOO_LARGE: {
    status: 422,
    message: ({ row, value, largest }: { row: number; value: number; largest: number }) =>
      `The target of row ${row} is ${value}; the largest that can be fitted is ${largest}.`,
    hint: () => 'Change its unit, or fit on "log1p".',
  },
  TOO_FEW_ROWS: {
    status: 422,
    message: ({ rows, needed }: { rows: number; needed: number }) =>
      `There are ${rows} training rows; at least ${needed} are needed.`,
  },
  TRAINING_MEMORY: {
    status: 507,
    message: ({ neededBytes, availableBytes }: { neededBytes: number; availableBytes: number }) =>
      `Training needs ${inMegabytes(neededBytes)} of memory, but there are ${inMegabytes(availableBytes)}.`,
    hint: () => "Give it fewer rows or columns, or the process more memory (one fit can use 4,096 MiB at most).",
  },
  VALIDATION_CLASSES_DIFFER: {
    status: 400,
    message: () => "The validation target has other classes than the training target, or another order of them.",
  },
  WEIGHTS_ALL_ZERO: {
    status: 422,
    message: ({ rows }: { rows: number }) => `All ${rows} training rows have weight 0.`,
  },
  WEIGHT_INVALID: {
    status: 422,
    message: ({ row, weight }: { row: number; weight: string }) =>
      `The weight of row ${row} is ${weight}; it must be 0 or more, and finite.`,
  },
});
