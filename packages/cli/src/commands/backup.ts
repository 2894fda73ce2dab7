import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { errors } from "../errors.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { formatBytes, plural } from "../terminal/format.js";
import { type CommandModule, withExamples } from "./command.js";

export const backupCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("backup")
      .summary("write the whole state to one file")
      .description(
        "Writes every row of one moment and every object to a tar file with the SHA-256 of each part: runs, versions, aliases, audit, batches, inference log. Work goes on meanwhile. Sources and the project's files are not in it, and the file holds what the database holds: keep it as safe.",
      )
      .argument("<file>", "where to; it must not be there yet")
      .action((file: string) => carryOut((session) => backup(session, file)));
    withExamples(command, [{ line: "atalaya backup /backups/2026-11-21.tar", does: "of the project here, or of DATABASE_URL" }]);
  },
};

async function backup(session: Session, file: string): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { backUp } = await import("@atalaya/store");
  const { terminal, workingDirectory } = session;
  const path = resolve(workingDirectory, file);
  if (existsSync(path)) throw errors.EXISTS({ path });
  await withClosing(async (closing) => {
    const { store } = closing.add(await openStores(locateState(session).settings, terminal.note));
    const written = await backUp(store, path);
    terminal.answer({ file: path, ...written }, [
      `Wrote ${path}: ${plural(written.tables, "table")}, ${plural(written.objects, "object")}, ${formatBytes(written.bytes)}`,
    ]);
  });
  return exitCodes.done;
}
