import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { formatBytes, plural } from "../terminal/format.js";
import { type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

interface CollectOptions {
  readonly dryRun?: boolean;
  readonly keepDays: number;
  readonly keepHours: number;
}

export const gcCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("gc")
      .summary("remove what was deleted, and objects that nothing names")
      .description(
        "Removes runs, experiments and logged models that were deleted long enough ago, then every object of the store that nothing refers to any more. What is removed is gone, and written down as a tombstone.",
      )
      .option("--dry-run", "only tell what would be removed")
      .option("--keep-days <days>", "keep deleted runs so long", wholeNumberFrom(0, 36_500), 30)
      .option("--keep-hours <hours>", "keep unnamed objects so long", wholeNumberFrom(0, 876_000), 24)
      .action((options: CollectOptions) => carryOut((session) => collectGarbage(session, options)));
    withExamples(command, [
      { line: "atalaya gc --dry-run", does: "what would be removed, and how much room it takes" },
      { line: "atalaya gc --keep-days 7", does: "runs that were deleted a week ago go" },
    ]);
  },
};

async function collectGarbage(session: Session, options: CollectOptions): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const { collect } = await import("@atalaya/registry");
  const { terminal } = session;
  await withClosing(async (closing) => {
    const { store } = closing.add(await openStores(locateState(session).settings, terminal.note));
    const dryRun = options.dryRun === true;
    const found = await collect(store, { dryRun, keepDeletedDays: options.keepDays, keepUnnamedHours: options.keepHours });
    const { runs, loggedModels, experiments, objects, bytes, liveObjects } = found;
    terminal.answer({ dryRun, runs, loggedModels, experiments, objects, bytes, liveObjects }, [
      ...objects.map(({ key }) => `  ${key}`),
      `${dryRun ? "would remove" : "removed"} ${plural(objects.length, "object")} (${formatBytes(bytes)}), ${plural(runs.length, "run")}, ${plural(loggedModels.length, "logged model")}, ${plural(experiments.length, "experiment")}; ${plural(liveObjects, "object")} in use`,
    ]);
  });
  return exitCodes.done;
}
