import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CarryOut, type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

export const auditCommand: CommandModule = {
  declare: (program, carryOut) => {
    const audit = program
      .command("audit")
      .summary("where a version or a prediction comes from, what was live when")
      .description("Answers on one page which batches, code, parameters and decisions are behind a version or a prediction.");
    withExamples(audit, [
      { line: "atalaya audit model house-prices 3", does: "batches, rows, code, gates, who promoted it, when it was live" },
      { line: "atalaya audit prediction 01988c3e-0000-7000-8000-000000000000", does: "the same for the version that answered" },
      { line: "atalaya audit at 2026-11-21T09:30:00Z", does: "what was in production then" },
    ]);
    declareModel(audit, carryOut);
    declarePrediction(audit, carryOut);
    declareAt(audit, carryOut);
  },
};

function declareModel(audit: Command, carryOut: CarryOut): void {
  const command = audit
    .command("model")
    .summary("everything behind a version")
    .description("Batches with their rows, code and parameters, metrics, gates, who promoted it and when it was live.")
    .argument("<pipeline>", "name of the pipeline")
    .argument("<version>", "number of the version", wholeNumberFrom(1))
    .action((pipeline: string, version: number) => carryOut((session) => answer(session, `${pipeline} ${version}`)));
  withExamples(command, [{ line: "atalaya audit model house-prices 3 --json", does: "for a program" }]);
}

function declarePrediction(audit: Command, carryOut: CarryOut): void {
  const command = audit
    .command("prediction")
    .summary("everything behind an answer")
    .description("What was asked and answered, and everything behind the version that answered.")
    .argument("<id>", "the answer's id")
    .action((id: string) => carryOut((session) => answer(session, id)));
  withExamples(command, [{ line: "atalaya audit prediction 01988c3e-0000-7000-8000-000000000000", does: "of one answer" }]);
}

function declareAt(audit: Command, carryOut: CarryOut): void {
  const command = audit
    .command("at")
    .summary("what was in production at a moment")
    .description("The version of every pipeline that was in production at a moment, with everything behind it.")
    .argument("<time>", "such as 2026-11-21T09:30:00Z (UTC where it says nothing else)")
    .action((time: string) => carryOut((session) => answer(session, time)));
  withExamples(command, [{ line: "atalaya audit at 2026-11-21T09:30", does: "then, UTC" }]);
}

async function answer(session: Session, query: string): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { auditPage } = await import("../audit/audit-page.js");
  const location = locateState(session);
  await withClosing(async (closing) => {
    const { store, registry } = closing.add(await openStores(location.settings, session.terminal.note));
    await auditPage({ store, registry, terminal: session.terminal }, query);
  });
  return exitCodes.done;
}
