import type { RunRequest } from "@atalaya/run";
import { Option } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { createProgress } from "../progress/progress.js";
import type { Session } from "../session.js";
import { resultLines } from "../terminal/result-lines.js";
import { type CommandModule, withExamples } from "./command.js";

type FlowName = Extract<RunRequest, { kind: "only" }>["flow"];

interface RunOptions {
  readonly only?: FlowName;
}

export const runCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("run")
      .summary("carry one pipeline out, to a promoted model")
      .description(
        "Fetches new batches, trains, evaluates, and promotes the model if every gate passes. An unfinished run of the pipeline is continued after its last finished step. Exit code 3: a gate refused the model, or there were too few rows to train one; the version before goes on serving.",
      )
      .argument("<pipeline>", "name of a pipeline of the project")
      .addOption(
        new Option("--only <part>", "carry out one part, on what the part before it left").choices([
          "ingestion",
          "transformation",
          "training",
          "evaluation",
        ] satisfies FlowName[]),
      )
      .action((pipeline: string, options: RunOptions) => carryOut((session) => run(session, pipeline, options)));
    withExamples(command, [
      { line: "atalaya run house-prices", does: "with progress" },
      { line: "atalaya run house-prices --json", does: "one JSON object on stdout at the end" },
      { line: "atalaya run house-prices --only training", does: "training alone, on the last dataset" },
      { line: "atalaya run house-prices --project ../models", does: "of another project" },
    ]);
  },
};

async function run(session: Session, name: string, { only }: RunOptions): Promise<ExitCode> {
  const { locateProject } = await import("../project/locate-project.js");
  const { loadProject, pipelineNamed } = await import("../project/load-project.js");
  const { checkAddresses } = await import("../project/named-addresses.js");
  const { terminal } = session;
  const project = await loadProject(locateProject(session.workingDirectory, session.projectOption));
  const settings = session.settings(project.directory);
  // A mistyped name or a missing address must cost nothing: they are found before a database is started.
  checkAddresses(project, settings, pipelineNamed(project, name));
  const { openStores, openWorkshop } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const progress = createProgress(terminal);
  const result = await withClosing(async (closing) => {
    closing.add({ close: async () => progress.end() });
    const stores = closing.add(await openStores(settings, (line) => progress.print(line)));
    const workshop = closing.add(await openWorkshop({ session, project, stores, progress }));
    return workshop.run(name, only === undefined ? { kind: "hand" } : { kind: "only", flow: only });
  });
  terminal.answer(result, ["", ...resultLines(result, terminal.palette)]);
  const isDone = result.verdict === "promoted" || result.verdict === "done";
  return isDone ? exitCodes.done : exitCodes.gateRefused;
}
