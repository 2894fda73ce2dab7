import { defineErrors } from "@atalaya/errors";

interface Moved {
  readonly pipeline: string;
  readonly alias: string;
  readonly expected: number | null;
  readonly found: number | null;
  readonly who: string | null;
  readonly why: string | null;
}

const named = (version: number | null): string => (version === null ? "no version" : `version ${version}`);

/** Errors of the console's interface. */
export const errors = defineErrors("API", {
  BAD_OPTION: {
    status: 400,
    message: ({ option, expected, received }: { option: string; expected: string; received: string }) =>
      `The option "${option}" should be ${expected}, but is ${received}.`,
  },
  OTHER_SITE: {
    status: 403,
    message: ({ site }: { site: string }) => `A page of another site (${site}) asked for a change; that is refused.`,
    hint: () => "Make the change in the console itself, or with the command atalaya.",
  },
  MOVED_MEANWHILE: {
    status: 409,
    message: ({ pipeline, alias, expected, found, who, why }: Moved) =>
      `${alias} of ${pipeline} is on ${named(found)} now, not on ${named(expected)}: ${who ?? "somebody"} moved it meanwhile${why === null ? "" : ` ("${why}")`}.`,
    hint: () => "Look at what happened, then decide again.",
  },
  PIPELINE_UNKNOWN: {
    status: 404,
    message: ({ pipeline, known }: { pipeline: string; known: readonly string[] }) =>
      `There is no pipeline ${pipeline} here. There are: ${known.join(", ") || "none"}.`,
  },
  RUN_UNKNOWN: {
    status: 404,
    message: ({ run }: { run: string }) => `There is no run ${run}.`,
  },
  BATCH_UNKNOWN: {
    status: 404,
    message: ({ batch }: { batch: number }) => `There is no batch ${batch}.`,
  },
  BATCH_NOT_REFUSED: {
    status: 409,
    message: ({ batch, state }: { batch: number; state: string }) =>
      `Batch ${batch} was not refused, it is ${state}: there is nothing to release.`,
  },
  REPORT_MISSING: {
    status: 404,
    message: ({ pipeline, version }: { pipeline: string; version: number }) =>
      `Version ${version} of ${pipeline} has no evaluation report.`,
  },
  RUNS_NOT_HERE: {
    status: 409,
    message: () => "This process serves only; it does not carry out runs.",
    hint: () => "Start the run where the project is: atalaya run <pipeline>.",
  },
  RUN_ALREADY: {
    status: 409,
    message: ({ pipeline }: { pipeline: string }) => `A run of ${pipeline} is under way already.`,
    hint: () => "Follow it on the page of runs.",
  },
  NOTHING_FOUND: {
    status: 404,
    message: ({ query }: { query: string }) => `Nothing is known about "${query}".`,
    hint: () =>
      'Ask for the id of a prediction, a version such as "house-prices 3", the id of a run, or a time such as 2026-11-21T09:30.',
  },
});
