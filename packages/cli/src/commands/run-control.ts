import type { RunResult } from "@atalaya/run";
import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Workshop } from "../platform/workshop.js";
import { createProgress } from "../progress/progress.js";
import type { Session } from "../session.js";
import { resultLines } from "../terminal/result-lines.js";
import { type CarryOut, withExamples } from "./command.js";

/** `atalaya runs cancel`, `resume` and `retry`. */
export function declareRunControl(runs: Command, carryOut: CarryOut): void {
  declareCancel(runs, carryOut);
  declareResume(runs, carryOut);
  declareRetry(runs, carryOut);
}

function withRun(command: Command): Command {
  return command.argument("<run>", "id of the run, or how it begins (six characters or more)");
}

function declareCancel(runs: Command, carryOut: CarryOut): void {
  const command = withRun(runs.command("cancel"))
    .summary("end a run that goes on")
    .description(
      "Ends a run, in whichever process carries it out. What it has done is kept, and it can be resumed. A run that was cancelled before stays as it is.",
    )
    .option("--because <reason>", "why, in a sentence; it stays with the run", "no reason given")
    .action((run: string, { because }: { readonly because: string }) => carryOut((session) => cancel(session, run, because)));
  withExamples(command, [{ line: 'atalaya runs cancel 3f1c9a02 --because "the wrong file"', does: "within about a second" }]);
}

function declareResume(runs: Command, carryOut: CarryOut): void {
  const command = withRun(runs.command("resume"))
    .summary("go on with a cancelled run")
    .description("Goes on with a cancelled run after its last finished step, to its end. Exit codes are those of atalaya run.")
    .action((run: string) => carryOut((session) => carryOn(session, run, (workshop, id) => workshop.resume(id))));
  withExamples(command, [{ line: "atalaya runs resume 3f1c9a02", does: "after its last finished step" }]);
}

function declareRetry(runs: Command, carryOut: CarryOut): void {
  const command = withRun(runs.command("retry"))
    .summary("do a run again, whole or from a step")
    .description(
      "Does a run that ended again, as another run. What the steps before had made is taken over as it was. Exit codes are those of atalaya run.",
    )
    .option(
      "--from <step>",
      "first step that is done again (left out: where it failed or was cancelled; of a run that was done, all)",
    )
    .action((run: string, { from }: { readonly from?: string }) =>
      carryOut((session) => carryOn(session, run, (workshop, id) => workshop.retry(id, from))),
    );
  withExamples(command, [
    { line: "atalaya runs retry 3f1c9a02", does: "from where it failed" },
    { line: "atalaya runs retry 3f1c9a02 --from train", does: "train again on the same rows" },
  ]);
}

async function cancel(session: Session, named: string, because: string): Promise<ExitCode> {
  const { userInfo } = await import("node:os");
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { cancelRun } = await import("@atalaya/run");
  const { terminal } = session;
  await withClosing(async (closing) => {
    const { store } = closing.add(await openStores(locateState(session).settings, terminal.note));
    const cancelled = await cancelRun(store, named, { who: userInfo().username, why: because });
    const { run, pipeline, changed } = cancelled;
    terminal.answer(cancelled, [
      changed ? `Run ${run} of ${pipeline} is cancelled.` : `Run ${run} of ${pipeline} was cancelled before.`,
      `Go on with it: atalaya runs resume ${run.slice(0, 8)}`,
    ]);
  });
  return exitCodes.done;
}

async function carryOn(
  session: Session,
  named: string,
  work: (workshop: Workshop, run: string) => Promise<RunResult>,
): Promise<ExitCode> {
  const { locateProject } = await import("../project/locate-project.js");
  const { loadProject, pipelineNamed } = await import("../project/load-project.js");
  const { checkAddresses } = await import("../project/named-addresses.js");
  const { openStores, openWorkshop } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { findRun } = await import("@atalaya/run");
  const { terminal } = session;
  const project = await loadProject(locateProject(session.workingDirectory, session.projectOption));
  const settings = session.settings(project.directory);
  const progress = createProgress(terminal);
  const result = await withClosing(async (closing) => {
    closing.add({ close: async () => progress.end() });
    const stores = closing.add(await openStores(settings, (line) => progress.print(line)));
    const { id, pipeline } = await findRun(stores.store, named);
    checkAddresses(project, settings, pipelineNamed(project, pipeline));
    const workshop = closing.add(await openWorkshop({ session, project, stores, progress }));
    return work(workshop, id);
  });
  terminal.answer(result, ["", ...resultLines(result, terminal.palette)]);
  return result.verdict === "promoted" || result.verdict === "done" ? exitCodes.done : exitCodes.gateRefused;
}
