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
  NO_SUCH_RUN: {
    status: 404,
    message: ({ run }: { run: string }) => `There is no run ${run}.`,
    hint: () => "List them: atalaya runs.",
  },
  AMBIGUOUS: {
    status: 409,
    message: ({ run, count }: { run: string; count: number }) => `${count} runs begin with ${run}.`,
    hint: () => "Give more of the id; the console and `atalaya runs --json` show all of it.",
  },
  CANCELLED: {
    status: 409,
    message: ({ run, told }: { run: string; told: string | null }) => told ?? `Run ${run} was cancelled.`,
    hint: ({ run }: { run: string; told: string | null }) =>
      `What it has done is kept. Go on with it: atalaya runs resume ${run}.`,
  },
  ENDED: {
    status: 409,
    message: ({ run, state }: { run: string; state: string }) => `Run ${run} is ${state} already: there is nothing to cancel.`,
  },
  NOT_RESUMABLE: {
    status: 409,
    message: ({ run, state }: { run: string; state: string }) => `Run ${run} is ${state}: only one that was cancelled goes on.`,
    hint: ({ run }: { run: string; state: string }) =>
      `Do it again as another run, whole or from a step: atalaya runs retry ${run} --from train.`,
  },
  UNDER_WAY: {
    status: 409,
    message: ({ pipeline }: { pipeline: string }) => `A run of ${pipeline} is under way.`,
    hint: () => "Wait for its end, or cancel it: atalaya runs cancel <id> --because …",
  },
  STEP_NOT_REACHED: {
    status: 400,
    message: ({ run, step, reached }: { run: string; step: string; reached: readonly string[] }) =>
      `Run ${run} did not come to ${step}. It came to: ${reached.join(", ") || "no step"}.`,
  },
  NO_EXECUTOR: {
    status: 400,
    message: ({ executor, pipeline, step }: { executor: string; pipeline: string; step: string }) =>
      `${step} of ${pipeline} is to run on ${executor}, which this process cannot launch on.`,
    hint: () => "Set ATALAYA_EXECUTOR=inline to run every step here, or take .runsOn() out of the pipeline.",
  },
  TASK_UNKNOWN: {
    status: 404,
    message: ({ run, step, attempt }: { run: string; step: string; attempt: number }) =>
      `Nobody has asked for attempt ${attempt} at ${step} of run ${run}.`,
    hint: () => "A task is launched by the worker of its run; this database is perhaps another one than the worker's.",
  },
  TASK_STAGE_UNKNOWN: {
    status: 409,
    message: ({ stage }: { stage: string }) => `This release of Atalaya does not know the stage ${stage}.`,
    hint: () => "Give steps the worker's own image: ATALAYA_KUBERNETES_IMAGE.",
  },
  TASK_OF_ENDED_RUN: {
    status: 409,
    message: ({ run, state }: { run: string; state: string }) =>
      `Run ${run} is ${state}: its steps are not carried out any more.`,
  },
  TASK_OTHER_DEFINITION: {
    status: 409,
    message: ({ pipeline, run }: { pipeline: string; run: string }) =>
      `The worker of run ${run} has another definition of ${pipeline} than this process.`,
    hint: () => "Give steps the worker's own image and project: ATALAYA_KUBERNETES_IMAGE, ATALAYA_KUBERNETES_PROJECT.",
  },
  TASK_WITHOUT_OUTCOME: {
    status: 500,
    retryable: true,
    message: ({ task }: { task: string }) => `Task ${task} ended and left no outcome.`,
    hint: () => "Look at what it printed: atalaya logs <run> <step>.",
  },
  TASK_PROCESS_ENDED: {
    status: 500,
    retryable: true,
    message: ({ step, how, words }: { step: string; how: string; words: string }) =>
      `The process of ${step} ended by ${how}${words === "" ? "." : `: ${words}`}`,
    hint: () => "Look at what it printed: atalaya logs <run> <step>. After SIGKILL, the machine has perhaps no memory left.",
  },
  FAILED_EARLIER: {
    status: 500,
    message: ({ run, code, message }: { run: string; code: string; message: string }) => `Run ${run} failed: ${code}: ${message}`,
  },
});
