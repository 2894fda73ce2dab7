import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";
import { hostOption, type ListenOptions, portOption, untilChangedOption, wholeNumberFrom } from "./listen-options.js";

interface UpOptions extends ListenOptions {
  readonly run?: boolean;
  readonly every: number;
  readonly runs: boolean;
  readonly untilChanged?: string;
}

export const upCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("up")
      .summary("serve the project, train what has no model")
      .description(
        "Starts PostgreSQL (unless DATABASE_URL names one) and the prediction server, carries out every pipeline that has no production version or was interrupted, and goes on serving; then it follows schedules, takes new batches of sources that the environment names, and retrains where a trigger asks for it. A pipeline that fails stops neither the others nor the serving. Where the environment names no address for a source, the project's sample is used. Ctrl-C stops everything.",
      )
      .addOption(portOption())
      .addOption(hostOption())
      .option("--run", "carry out every pipeline, also those that have a production version")
      .option("--every <seconds>", "look at sources and schedules so often", wholeNumberFrom(1, 86_400), 60)
      .option("--no-runs", "leave what is due to workers (atalaya worker); what somebody starts in the console is carried out")
      .addOption(untilChangedOption())
      .action((options: UpOptions) => carryOut((session) => up(session, options)));
    withExamples(command, [
      { line: "atalaya up", does: "the project here" },
      { line: "atalaya up --port 8080 --run", does: "train everything again" },
      { line: "atalaya up --project my-model", does: "another project" },
    ]);
  },
};

async function up(session: Session, options: UpOptions): Promise<ExitCode> {
  const { locateProject } = await import("../project/locate-project.js");
  const { loadProject } = await import("../project/load-project.js");
  const { bringUp } = await import("../up/bring-up.js");
  const { endingWhenChanged } = await import("../platform/project-change.js");
  const location = locateProject(session.workingDirectory, session.projectOption);
  const project = await loadProject(location, session.settings(location.directory).home);
  await endingWhenChanged(session, options.untilChanged, (watched) =>
    bringUp(watched, project, {
      listen: options,
      force: options.run === true,
      everySeconds: options.every,
      serves: true,
      runs: options.runs,
    }),
  );
  return exitCodes.done;
}
