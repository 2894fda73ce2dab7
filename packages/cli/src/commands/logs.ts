import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { type CommandModule, withExamples } from "./command.js";

export const logsCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("logs")
      .summary("what steps printed that ran in processes or pods of their own")
      .description(
        "Prints the log of a run's steps, as far as it is kept: while a pod runs it is at most five seconds behind, and it outlives the pod. Steps that run inline print nothing of their own.",
      )
      .argument("<run>", "id of the run, or how it begins")
      .argument("[step]", "only this step")
      .action((run: string, step: string | undefined) => carryOut((session) => printLogs(session, run, step)));
    withExamples(command, [
      { line: "atalaya logs 3f0c2a", does: "of every step" },
      { line: "atalaya logs 3f0c2a train", does: "of one" },
    ]);
  },
};

async function printLogs(session: Session, named: string, step?: string): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { findRun, readTaskLog } = await import("@atalaya/run");
  const { settings } = locateState(session);
  const { terminal } = session;
  await withClosing(async (closing) => {
    const { store } = closing.add(await openStores(settings, terminal.note));
    const { id } = await findRun(store, named);
    const tasks = await store.tasks.list(id, step);
    const logs = await Promise.all(
      tasks.map(async (task) => ({
        step: task.step,
        attempt: task.attempt,
        state: task.state,
        place: task.place,
        log: await readTaskLog(store, task.log),
      })),
    );
    const lines = logs.flatMap(({ step: of, attempt, state, place, log }) => [
      terminal.palette.bold(`${of}, attempt ${attempt}: ${state}${place === null ? "" : `, ${place}`}`),
      ...(log === "" ? [] : log.trimEnd().split("\n")),
    ]);
    const nothing =
      step === undefined ? "No step of this run ran anywhere else than in its worker." : `Nothing is kept of ${step}.`;
    terminal.answer(logs, lines.length === 0 ? [nothing] : lines);
  });
  return exitCodes.done;
}
