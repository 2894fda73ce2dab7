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
        carryOut(async (session) => {
          const { conductTask } = await import("../platform/conduct-task.js");
          const { attempt, index = 0, tied = false } = options;
          return conductTask(session, { run, step, attempt, index, tied });
        }),
      );
    withExamples(command, [
      { line: "atalaya task 3f0c… train", does: "the step train of that run" },
      { line: 'atalaya task 3f0c… "trial 5" --index 2', does: "the third trial of those that begin with the fifth" },
    ]);
  },
};
