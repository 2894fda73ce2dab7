import { join } from "node:path";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { LateStores } from "../platform/late-stores.js";
import type { StateLocation } from "../platform/state-location.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";
import { hostOption, type ListenOptions, portOption } from "./listen-options.js";

export const serveCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("serve")
      .summary("answer predictions over HTTP")
      .description(
        "Serves the version that carries the alias `production`, and follows the alias. The last good version lies on local disk, so a second start answers while PostgreSQL and the object store are away. Without such a version it runs but is not ready (GET /ready answers 503). Needs the models only, no project. Ctrl-C stops it.",
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
  const { lastGoodModels } = await import("@atalaya/serve");
  const { lateStores } = await import("../platform/late-stores.js");
  const { servingDirectory, startServing } = await import("../platform/serving.js");
  const { withClosing } = await import("../platform/closing.js");
  const { untilAborted } = await import("../platform/interruption.js");
  const { terminal, signal } = session;
  const { settings } = location;
  await withClosing(async (closing) => {
    const stores = closing.add(lateStores(settings, terminal.say));
    const lastGood = await lastGoodModels(join(servingDirectory(settings), "models")).load(pipeline, "production");
    // A model on disk is enough to answer; without one, a wrong name has to be told from a model that is still to come.
    if (lastGood === null) await checkName(pipeline, location, stores);
    const { models, sink: predictionSink, truth, answers, upkeep } = stores;
    const server = closing.add(
      await startServing({
        ground: { settings, models, predictionSink, truth, answers, upkeep },
        pipelines: [pipeline],
        listen: options,
        say: terminal.say,
        talks: true,
        log: terminal.log,
      }),
    );
    const version = server.service.pipeline(pipeline).model?.version ?? null;
    terminal.answer({ url: server.url, pipeline, version }, [`Serving ${pipeline} on ${server.url}. Ctrl-C stops it.`]);
    await untilAborted(signal);
  });
  return exitCodes.done;
}

async function checkName(pipeline: string, location: StateLocation, stores: LateStores): Promise<void> {
  const { checkPipelineName } = await import("../platform/known-pipelines.js");
  await checkPipelineName(pipeline, location, (await stores.open()).registry);
}
