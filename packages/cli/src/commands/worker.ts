import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";
import { hostOption, type ListenOptions, portOption, untilChangedOption, wholeNumberFrom } from "./listen-options.js";

interface WorkerOptions extends ListenOptions {
  readonly every: number;
  readonly untilChanged?: string;
}

export const workerCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("worker")
      .summary("carry out what is due, without serving")
      .description(
        "Carries out every pipeline of the project that has no production version or was interrupted, then follows schedules, takes new batches and retrains where a trigger asks for it: `atalaya up` without predictions and console. Any number of workers may run at once. It listens for probes and metrics alone (GET /health, /ready, /metrics). Ctrl-C stops it; a run that goes on is continued by the next worker.",
      )
      .addOption(portOption())
      .addOption(hostOption())
      .option("--every <seconds>", "look at sources and schedules so often", wholeNumberFrom(1, 86_400), 60)
      .addOption(untilChangedOption())
      .action((options: WorkerOptions) => carryOut((session) => work(session, options)));
    withExamples(command, [
      { line: "atalaya worker", does: "of the project here" },
      { line: "atalaya worker --project /project/current --every 10", does: "of another one" },
    ]);
  },
};

async function work(session: Session, options: WorkerOptions): Promise<ExitCode> {
  const { locateProject } = await import("../project/locate-project.js");
  const { loadProject } = await import("../project/load-project.js");
  const { bringUp } = await import("../up/bring-up.js");
  const { endingWhenChanged } = await import("../platform/project-change.js");
  const location = locateProject(session.workingDirectory, session.projectOption);
  const project = await loadProject(location, session.settings(location.directory).home);
  await endingWhenChanged(session, options.untilChanged, (watched) =>
    bringUp(watched, project, { listen: options, force: false, everySeconds: options.every, serves: false, runs: true }),
  );
  return exitCodes.done;
}
