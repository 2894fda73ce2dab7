import { isAtalayaError } from "@atalaya/errors";
import { type ExitCode, exitCodeOf, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

interface TaskCommandOptions {
  readonly attempt: number;
  readonly index?: number;
  readonly tied?: true;
}

export const taskCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("task")
      .summary("carry out one step of a run that a worker conducts")
      .description(
        "What a step's pod or process does: reads what the step is given from the database, carries it out, and writes what came of it there. Exit code 0: done. 75: it may succeed later. 65: it never will.",
      )
      .argument("<run>", "id of the run")
      .argument("<step>", "name of the step")
      .option("--attempt <number>", "which attempt at it this is", wholeNumberFrom(1), 1)
      .option("--index <number>", "of steps that are launched together: how many after the named one", wholeNumberFrom(0))
      .option("--tied", "end when the standard input is closed")
      .action((run: string, step: string, options: TaskCommandOptions) =>
        carryOut((session) => carryOutOne(session, run, step, options)),
      );
    withExamples(command, [
      { line: "atalaya task 3f0c… train", does: "the step train of that run" },
      { line: 'atalaya task 3f0c… "trial 5" --index 2', does: "the third trial of those that begin with the fifth" },
    ]);
  },
};

async function carryOutOne(
  session: Session,
  run: string,
  step: string,
  { attempt, index = 0, tied }: TaskCommandOptions,
): Promise<ExitCode> {
  const { conductTask } = await import("../platform/conduct-task.js");
  const key = { run, step: stepAfter(step, index), attempt };
  try {
    const ended = await conductTask(session, key, { tied: tied === true });
    if (ended.verdict === "done") session.terminal.note(`${key.step}: ${ended.summary}`);
    else if (ended.verdict !== "stopped") session.terminal.note(`${key.step}: ${ended.why}`);
    return { done: exitCodes.done, retryable: exitCodes.retryable, final: exitCodes.final, stopped: exitCodes.stopped }[
      ended.verdict
    ];
  } catch (error) {
    // What a run needs is not there now: that is nothing about the step itself.
    if (!isAtalayaError(error) || !error.retryable) throw error;
    session.terminal.note(`${error.code}: ${error.message}`);
    return exitCodeOf(error) === exitCodes.failed ? exitCodes.retryable : exitCodeOf(error);
  }
}

/** `trial 5` and 2 give `trial 7`. */
function stepAfter(step: string, index: number): string {
  return index === 0 ? step : step.replace(/\d+$/, (number) => String(Number(number) + index));
}
