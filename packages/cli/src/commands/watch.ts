import type { RunResult } from "@atalaya/run";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { createProgress } from "../progress/progress.js";
import type { Session } from "../session.js";
import { resultLines } from "../terminal/result-lines.js";
import { type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

interface WatchCommandOptions {
  readonly batches: number;
}

export const watchCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("watch")
      .summary("take batches one by one, retrain where a trigger asks for it")
      .description(
        "Takes the next batch of a pipeline's source, judges it by the contract, compares it with what the live version was trained on, and trains when drift, enough rows or the batch itself asks for it; then the next batch, until the source has no more. Every decision is kept. `atalaya up` does this by itself. Exit code 0, whatever was decided.",
      )
      .argument("<pipeline>", "name of a pipeline of the project")
      .option("--batches <count>", "so many batches at most", wholeNumberFrom(1), Number.MAX_SAFE_INTEGER)
      .action((pipeline: string, options: WatchCommandOptions) => carryOut((session) => watch(session, pipeline, options)));
    withExamples(command, [
      { line: "atalaya watch house-prices", does: "every batch that the source has" },
      { line: "atalaya watch house-prices --batches 1", does: "the next one" },
    ]);
  },
};

async function watch(session: Session, name: string, { batches }: WatchCommandOptions): Promise<ExitCode> {
  const { locateProject } = await import("../project/locate-project.js");
  const { loadProject, pipelineNamed } = await import("../project/load-project.js");
  const { checkAddresses } = await import("../project/named-addresses.js");
  const { openStores, openWorkshop } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { terminal } = session;
  const project = await loadProject(locateProject(session.workingDirectory, session.projectOption));
  const settings = session.settings(project.directory);
  checkAddresses(project, settings, pipelineNamed(project, name));
  const progress = createProgress(terminal);
  const results: RunResult[] = [];
  await withClosing(async (closing) => {
    closing.add({ close: async () => progress.end() });
    const stores = closing.add(await openStores(settings, (line) => progress.print(line)));
    const workshop = closing.add(await openWorkshop({ session, project, stores, progress }));
    const isOpen = await workshop.keepOpen(name);
    try {
      while (results.length < batches) {
        const result = await workshop.watch(name);
        if (result === null) break;
        results.push(result);
        for (const line of resultLines(result, terminal.palette)) terminal.say(line);
      }
    } finally {
      await isOpen.close();
    }
  });
  terminal.answer(results, [results.length === 0 ? `${name}: no new batch.` : `${name}: ${results.length} taken.`]);
  return exitCodes.done;
}
