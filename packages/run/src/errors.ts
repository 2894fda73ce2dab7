import { defineErrors } from "@atalaya/errors";

export const errors = defineErrors("RUN", {
  UNKNOWN_PIPELINE: {
    status: 404,
    message: ({ pipeline, known }: { pipeline: string; known: readonly string[] }) =>
      `There is no pipeline ${pipeline} in this project. It has: ${known.join(", ") || "none"}.`,
  },
  DEFINITION_CHANGED: {
    status: 409,
    message: ({ pipeline, run }: { pipeline: string; run: string }) =>
      `Run ${run} of ${pipeline} was made with another definition of the pipeline and cannot go on.`,
    hint: () => "Start a new run: finished batches are kept and are not fetched again.",
  },
  ROWS_INVENTED: {
    status: 400,
    message: ({ step }: { step: string }) => `${step} returned rows that are not among those it was given.`,
    hint: () =>
      "Return the table it was given, or what filter() or pick() made of it; values are changed by expressions in derive.",
  },
  STEP_FAILED: {
    status: 500,
    message: ({ step, why }: { step: string; why: string }) => `The project's own step ${step} failed: ${why}`,
  },
  NO_TRAINING_ROWS: {
    status: 409,
    message: ({ pipeline }: { pipeline: string }) => `No training rows are left in ${pipeline} after the filters.`,
    hint: () => "Look at .step and .trainOnly, and at the split: each leaves rows out.",
  },
  FLOW_MISSING: {
    status: 409,
    message: ({ pipeline, flow }: { pipeline: string; flow: string }) =>
      `${pipeline} has no ${flow} to go on from, made with this definition of the pipeline.`,
    hint: ({ pipeline, flow }: { pipeline: string; flow: string }) => `Run it first: atalaya run ${pipeline} --only ${flow}.`,
  },
  RUN_STOPPED: {
    status: 503,
    retryable: true,
    message: ({ run }: { run: string }) => `Run ${run} was stopped before its end.`,
    hint: () => "Start it again: it continues after the last finished step.",
  },
  FAILED_EARLIER: {
    status: 500,
    message: ({ run, code, message }: { run: string; code: string; message: string }) => `Run ${run} failed: ${code}: ${message}`,
  },
});
