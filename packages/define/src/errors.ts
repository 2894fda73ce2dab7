import { defineErrors } from "@atalaya/errors";

export const errors = defineErrors("DEFINE", {
  BAD_NAME: {
    status: 400,
    message: ({ what, name }: { what: string; name: string }) => `${JSON.stringify(name)} cannot be the name of a ${what}.`,
    hint: () => "Use lower-case letters, digits and hyphens, starting with a letter, at most 63 characters.",
  },
  BAD_COLUMN: {
    status: 400,
    message: ({ column, why }: { column: string; why: string }) => `Column ${column}: ${why}.`,
  },
  UNKNOWN_COLUMN: {
    status: 400,
    message: ({ column, where, known }: { column: string; where: string; known: readonly string[] }) =>
      `${where} names the column ${column}, which the dataset does not have. It has: ${known.join(", ")}.`,
  },
  TEXT_FEATURE: {
    status: 400,
    message: ({ column }: { column: string }) => `Column ${column} is a text, which no learner can read as it is.`,
    hint: ({ column }: { column: string }) =>
      `Declare ${column} as column.category(), give it an encoder under \`encode\`, or list it under \`keys\` or \`ignore\`.`,
  },
  TARGET_TYPE: {
    status: 400,
    message: ({ column, type }: { column: string; type: string }) => `The target ${column} is a ${type} column.`,
    hint: () => "A target is a number, an integer, a boolean or a category.",
  },
  DUPLICATE_NAME: {
    status: 400,
    message: ({ what, name }: { what: string; name: string }) => `Two ${what} are called ${name}.`,
  },
  BAD_FIELD: {
    status: 400,
    message: ({ field, taken }: { field: string; taken: readonly string[] }) =>
      `"${field}" cannot be a further field of an answer: ${taken.join(", ")} are taken.`,
  },
  BAD_SHARE: {
    status: 400,
    message: ({ what, value }: { what: string; value: number }) => `${what} is ${value}, but must be a share between 0 and 1.`,
  },
  BAD_RANGE: {
    status: 400,
    message: ({ what, low, high }: { what: string; low: number; high: number }) => `${what}: ${low} to ${high} is not a range.`,
    hint: () => "The low end must be below the high end, and above 0 where the scale is logarithmic.",
  },
  BAD_DURATION: {
    status: 400,
    message: ({ text }: { text: string }) => `${JSON.stringify(text)} is not a duration.`,
    hint: () => 'Write a whole number and a unit: "90s", "15m", "2h", "7d".',
  },
  BAD_SOURCE: {
    status: 400,
    message: ({ why }: { why: string }) => `This source cannot be: ${why}.`,
  },
  NO_TIME: {
    status: 400,
    message: ({ pipeline, dataset }: { pipeline: string; dataset: string }) =>
      `Pipeline ${pipeline} asks for fresh rows, but no column of ${dataset} is a time.`,
    hint: () => "Declare the column that says when a row was made as column.time(), or leave freshWithin out.",
  },
  UNKNOWN_STEP: {
    status: 400,
    message: ({ step }: { step: string }) => `There is no step ${step} in a pipeline.`,
    hint: () => "Name it as the console draws it: ingest, validate, tune, train, evaluate, or `step <name>` for one of your own.",
  },
  BAD_QUANTITY: {
    status: 400,
    message: ({ what, value }: { what: string; value: string }) => `${what} is "${value}", which is not an amount.`,
    hint: () => "Write it as Kubernetes does: 500m or 4 processors, 512Mi or 16Gi of memory.",
  },
  BAD_COUNT: {
    status: 400,
    message: ({ what, value }: { what: string; value: number }) => `${what} is ${value}, but must be a whole number from 1.`,
  },
  BAD_FOLDS: {
    status: 400,
    message: ({ value }: { value: number }) => `folds is ${value}, but cross-validation needs a whole number from 2.`,
    hint: () => "Leave folds out to judge trials by one validation part.",
  },
  BAD_CRON: {
    status: 400,
    message: ({ expression, why }: { expression: string; why: string }) =>
      `${JSON.stringify(expression)} is no schedule: ${why}.`,
    hint: () => "Write minute, hour, day of month, month and weekday (UTC): `0 3 * * 1` is Monday at 03:00.",
  },
  BAD_BUCKETS: {
    status: 400,
    message: ({ edges, labels }: { edges: number; labels: number }) => `bucket() got ${edges} edges and ${labels} labels.`,
    hint: () => "Give ascending edges and exactly one label more than edges.",
  },
  BAD_COST: {
    status: 400,
    message: ({ what, value }: { what: string; value: number }) =>
      `The cost of ${what} is ${value}, but must be a number above 0.`,
  },
  NO_VALIDATION: {
    status: 400,
    message: () => "Calibration, intervals and costs are fitted on the validation part, and the split has none.",
    hint: () => "Give the split one: shuffled({ test: 0.2, validation: 0.15 }).",
  },
  NO_LEARNER: {
    status: 400,
    message: ({ pipeline }: { pipeline: string }) => `Pipeline ${pipeline} trains no learner.`,
    hint: () => "Pass at least one to .train(): gradientBoosting(), randomForest() or isolationForest().",
  },
  METRIC_NOT_MEASURED: {
    status: 409,
    message: ({ metric, because }: { metric: string; because: string }) => `${metric} was not measured: ${because}.`,
    hint: () => "Ask `report.measured(name)` first.",
  },
});
