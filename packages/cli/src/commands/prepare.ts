import { Argument } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";

type Part = "database" | "objects";

export const prepareCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("prepare")
      .summary("bring the database up to this release, make missing buckets")
      .description(
        "What every other command does by itself when it finds it undone, as a step of its own for installations that want it before anything else starts: `database` applies migrations, `objects` makes the bucket of each zone where it is missing and writes one object to it.",
      )
      .addArgument(new Argument("[part]", "one of the two (default: both)").choices(["database", "objects"] satisfies Part[]))
      .action((part: Part | undefined) => carryOut((session) => prepare(session, part)));
    withExamples(command, [
      { line: "atalaya prepare", does: "both" },
      { line: "atalaya prepare database", does: "migrations alone" },
    ]);
  },
};

async function prepare(session: Session, part: Part | undefined): Promise<ExitCode> {
  const { openStore } = await import("@atalaya/store");
  const { migrateEverything } = await import("../platform/migrate-everything.js");
  const { withClosing } = await import("../platform/closing.js");
  const { probeObjects } = await import("../platform/probe-objects.js");
  const { terminal } = session;
  const settings = session.settings(session.workingDirectory);
  const done: string[] = [];
  await withClosing(async (closing) => {
    const store = closing.add(await openStore(settings, { onNotice: terminal.note }));
    if (part !== "objects") {
      await migrateEverything(store);
      done.push("the database is up to this release");
    }
    if (part !== "database") done.push(`objects can be written: ${await probeObjects(store)}`);
  });
  terminal.answer({ done }, done);
  return exitCodes.done;
}
