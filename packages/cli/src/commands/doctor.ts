import type { Finding } from "../doctor/check.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { renderTable } from "../terminal/table.js";
import type { Terminal } from "../terminal/terminal.js";
import { type CommandModule, withExamples } from "./command.js";

export const doctorCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("doctor")
      .summary("check that all that is needed is there")
      .description(
        "Checks Node, the home, disk space, the port, PostgreSQL (started if need be), the object store, the project's files and the settings of each pipeline, and names a cure for what fails. Exit code 1 when something does.",
      )
      .action(() => carryOut(examine));
    withExamples(command, [
      { line: "atalaya doctor", does: "of the project here" },
      { line: "atalaya doctor --json", does: "for a program" },
    ]);
  },
};

async function examine(session: Session): Promise<ExitCode> {
  const { examineEverything } = await import("../doctor/examine.js");
  const findings = await examineEverything(session);
  const isWell = findings.every(({ ok }) => ok);
  session.terminal.answer({ ok: isWell, findings }, lines(findings, session.terminal));
  return isWell ? exitCodes.done : exitCodes.failed;
}

function lines(findings: readonly Finding[], terminal: Terminal): string[] {
  const { palette } = terminal;
  const columns = [{ title: "check" }, { title: "result" }, { title: "found" }] as const;
  const rows = findings.map(({ check, ok, found }) => [check, ok ? "ok" : "fail", found]);
  // What fails is read whole, so nothing of the table is cut.
  const [head = "", ...body] = renderTable(columns, rows, { palette, width: Number.MAX_SAFE_INTEGER });
  const told = findings.flatMap(({ ok, cure }, index) => {
    const line = body[index] ?? "";
    return ok || cure === null ? [ok ? line : palette.bad(line)] : [palette.bad(line), `  cure: ${cure}`];
  });
  const failed = findings.filter(({ ok }) => !ok).length;
  return [head, ...told, "", failed === 0 ? "Everything is there." : `${failed} of ${findings.length} checks failed.`];
}
