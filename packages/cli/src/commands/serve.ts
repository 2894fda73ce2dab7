import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";
import { hostOption, type ListenOptions, portOption } from "./listen-options.js";

export const serveCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("serve")
      .summary("answer predictions over HTTP")
      .description(
        "Serves the version that carries the alias `production`, and follows the alias. Without such a version it runs but is not ready (GET /ready answers 503). Needs the models only, no project. Ctrl-C stops it.",
      )
      .argument("<pipeline>", "name of the pipeline")
      .addOption(portOption())
      .addOption(hostOption())
      .action((pipeline: string, options: ListenOptions) => carryOut((session) => serve(session, pipeline, options)));
    withExamples(command, [
      { line: "atalaya serve house-prices", does: "on port 4600 of this machine" },
      { line: "atalaya serve house-prices --host 0.0.0.0 --port 8080", does: "open to the network" },
    ]);
  },
};

async function serve(session: Session, pipeline: string, options: ListenOptions): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const location = locateState(session);
  const { openStores } = await import("../platform/workshop.js");
  const { checkPipelineName } = await import("../platform/known-pipelines.js");
  const { startServing } = await import("../platform/serving.js");
  const { withClosing } = await import("../platform/closing.js");
  const { untilAborted } = await import("../platform/interruption.js");
  const { terminal, signal } = session;
  await withClosing(async (closing) => {
    const stores = closing.add(await openStores(location.settings, terminal.say));
    await checkPipelineName(pipeline, location, stores.registry);
    const server = closing.add(
      await startServing({ stores, pipelines: [pipeline], listen: options, say: terminal.say, talks: true }),
    );
    const version = server.service.pipeline(pipeline).model?.version ?? null;
    terminal.answer({ url: server.url, pipeline, version }, [`Serving ${pipeline} on ${server.url}. Ctrl-C stops it.`]);
    await untilAborted(signal);
  });
  return exitCodes.done;
}
