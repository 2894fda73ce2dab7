import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { errors } from "../errors.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { plural } from "../terminal/format.js";
import { type CommandModule, withExamples } from "./command.js";

export const restoreCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("restore")
      .summary("put a backup into an empty database")
      .description(
        "Reads the whole file and compares every SHA-256 before it changes anything, then puts objects and rows back. The database must be empty: name a new one with DATABASE_URL, or a new folder with ATALAYA_HOME. What was running goes on where it stood. Start nothing else on it before it is done.",
      )
      .argument("<file>", "made by `atalaya backup` of this release")
      .action((file: string) => carryOut((session) => restore(session, file)));
    withExamples(command, [{ line: "atalaya restore /backups/2026-11-21.tar", does: "then atalaya up, as before" }]);
  },
};

async function restore(session: Session, file: string): Promise<ExitCode> {
  const { locateProject } = await import("../project/locate-project.js");
  const { withClosing } = await import("../platform/closing.js");
  const { migrateEverything } = await import("../platform/migrate-everything.js");
  const { openStore, restoreBackup } = await import("@atalaya/store");
  const { terminal, workingDirectory, projectOption } = session;
  const path = resolve(workingDirectory, file);
  if (!existsSync(path)) throw errors.NO_FILE({ path });
  const settings = session.settings(workingDirectory);
  // A home of its own lies in the project; a database of one's own needs no project.
  const place = settings.databaseUrl === null ? locateProject(workingDirectory, projectOption).directory : workingDirectory;
  await withClosing(async (closing) => {
    const store = closing.add(await openStore(session.settings(place), { onNotice: terminal.note }));
    await migrateEverything(store);
    const restored = await restoreBackup(store, path);
    terminal.answer({ file: path, ...restored }, [
      `Restored the state of ${restored.madeAt}: ${plural(restored.tables, "table")}, ${plural(restored.objects, "object")}, every hash compared`,
    ]);
  });
  return exitCodes.done;
}
