import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Stores } from "../platform/workshop.js";
import type { Session } from "../session.js";
import type { Terminal } from "../terminal/terminal.js";
import { type CarryOut, type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";
import { declareExport } from "./model-export.js";
import { declareImport } from "./model-import.js";
import { declarePapers } from "./model-papers.js";

interface ChangeOptions {
  readonly because: string;
  readonly alias: string;
}

export const modelsCommand: CommandModule = {
  declare: (program, carryOut) => {
    const models = program
      .command("models")
      .summary("list versions, promote, roll back")
      .description(
        "Lists model versions, shows why each was promoted or refused, and moves the alias that says which one serves.",
      );
    withExamples(models, [
      { line: "atalaya models", does: "every version of every pipeline" },
      { line: "atalaya models show house-prices 3", does: "why version 3 was promoted or refused" },
      { line: 'atalaya models rollback house-prices --because "wrong for Boston"', does: "back to the version before" },
    ]);
    declareList(models, carryOut);
    declareShow(models, carryOut);
    declarePromote(models, carryOut);
    declareRollback(models, carryOut);
    declarePapers(models, carryOut);
    declareExport(models, carryOut, withStores);
    declareComment(models, carryOut);
    declareImport(models, carryOut);
  },
};

function declareList(models: Command, carryOut: CarryOut): void {
  const command = models
    .command("list", { isDefault: true })
    .summary("list versions, the newest first")
    .description("Lists versions with verdict, aliases, metrics and time, the newest first.")
    .argument("[pipeline]", "only versions of this pipeline")
    .action((pipeline?: string) =>
      carryOut((session) =>
        withStores(session, pipeline ?? null, async ({ registry }, terminal) => {
          const { listVersions } = await import("../models/list-versions.js");
          await listVersions(registry, terminal, pipeline ?? null);
        }),
      ),
    );
  withExamples(command, [
    { line: "atalaya models list", does: "of all pipelines" },
    { line: "atalaya models list house-prices --json", does: "of one, for a program" },
  ]);
}

function declareShow(models: Command, carryOut: CarryOut): void {
  const command = withVersion(models.command("show"))
    .summary("show one version with the reasons for its verdict")
    .description("Shows one version: verdict with the reason of every gate, metrics, parameters, and where it came from.")
    .action((pipeline: string, version: number) =>
      carryOut((session) =>
        withStores(session, pipeline, async (stores, terminal) => {
          const { showVersion } = await import("../models/show-version.js");
          await showVersion(stores, terminal, pipeline, version);
        }),
      ),
    );
  withExamples(command, [{ line: "atalaya models show house-prices 3", does: "with the reason of every gate" }]);
}

function declarePromote(models: Command, carryOut: CarryOut): void {
  const command = withChangeOptions(withVersion(models.command("promote")))
    .summary("give the alias to a version")
    .description("Gives the alias to a version, whatever its gates said. Servers follow at once. The reason is kept.")
    .action((pipeline: string, version: number, options: ChangeOptions) =>
      carryOut((session) =>
        withStores(session, pipeline, async ({ registry }, terminal) => {
          const { promoteVersion } = await import("../models/move-alias.js");
          await promoteVersion(registry, terminal, { pipeline, version, ...options });
        }),
      ),
    );
  withExamples(command, [
    { line: 'atalaya models promote house-prices 3 --because "accepted by the review"', does: "version 3 serves" },
    { line: 'atalaya models promote house-prices 4 --alias shadow --because "to compare"', does: "another alias" },
  ]);
}

function declareRollback(models: Command, carryOut: CarryOut): void {
  const command = withChangeOptions(models.command("rollback").argument("<pipeline>", "name of the pipeline"))
    .summary("give the alias back to the version that had it before")
    .description("Gives the alias back to the version that had it before. Servers follow at once. The reason is kept.")
    .action((pipeline: string, options: ChangeOptions) =>
      carryOut((session) =>
        withStores(session, pipeline, async ({ registry }, terminal) => {
          const { rollBack } = await import("../models/move-alias.js");
          await rollBack(registry, terminal, { pipeline, ...options });
        }),
      ),
    );
  withExamples(command, [{ line: 'atalaya models rollback house-prices --because "wrong for Boston"', does: "one step back" }]);
}

function declareComment(models: Command, carryOut: CarryOut): void {
  const command = withVersion(models.command("comment"))
    .argument("<text>", "what is to be said of it")
    .summary("say something about a version")
    .description("Adds a comment to a version. It is shown with the version, and stays.")
    .action((pipeline: string, version: number, text: string) =>
      carryOut((session) =>
        withStores(session, pipeline, async ({ store }, terminal) => {
          const { commentVersion } = await import("../models/comment-version.js");
          await commentVersion(store, terminal, { pipeline, version, text });
        }),
      ),
    );
  withExamples(command, [
    { line: 'atalaya models comment house-prices 3 "checked by hand for Ohio"', does: "stays with version 3" },
  ]);
}

function withVersion(command: Command): Command {
  return command
    .argument("<pipeline>", "name of the pipeline")
    .argument("<version>", "number of the version", wholeNumberFrom(1));
}

function withChangeOptions(command: Command): Command {
  return command
    .requiredOption("--because <reason>", "why, in a sentence; it stays in the history")
    .option("--alias <name>", "which alias", "production");
}

async function withStores(
  session: Session,
  pipeline: string | null,
  work: (stores: Stores, terminal: Terminal) => Promise<void>,
): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const location = locateState(session);
  const { openStores } = await import("../platform/workshop.js");
  const { checkPipelineName } = await import("../platform/known-pipelines.js");
  const { withClosing } = await import("../platform/closing.js");
  await withClosing(async (closing) => {
    const stores = closing.add(await openStores(location.settings, session.terminal.note));
    if (pipeline !== null) await checkPipelineName(pipeline, location, stores.registry);
    await work(stores, session.terminal);
  });
  return exitCodes.done;
}
