import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { formatCount, formatSeconds, formatTime } from "../terminal/format.js";
import { renderTable } from "../terminal/table.js";
import { type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";
import { declareRunControl } from "./run-control.js";

interface RunsOptions {
  readonly limit: number;
}

export const runsCommand: CommandModule = {
  declare: (program, carryOut) => {
    const runs = program
      .command("runs")
      .summary("list runs, cancel, resume, retry")
      .description("Lists runs, ends one that goes on, goes on with a cancelled one, or does one again from a step.");
    withExamples(runs, [
      { line: "atalaya runs", does: "the last 20 of all pipelines" },
      { line: "atalaya runs house-prices --limit 5", does: "the last five of one" },
      { line: 'atalaya runs cancel 3f1c9a02 --because "the wrong file"', does: "end one" },
      { line: "atalaya runs retry 3f1c9a02 --from train", does: "do one again from a step" },
    ]);
    const command = runs
      .command("list", { isDefault: true })
      .summary("list runs, the newest first")
      .description("Lists runs with their state, verdict, rows and seconds, the newest first.")
      .argument("[pipeline]", "only runs of this pipeline")
      .option("--limit <count>", "list so many at most", wholeNumberFrom(1, 10_000), 20)
      .action((pipeline: string | undefined, options: RunsOptions) =>
        carryOut((session) => listRuns(session, pipeline ?? null, options)),
      );
    withExamples(command, [
      { line: "atalaya runs list", does: "the last 20 of all pipelines" },
      { line: "atalaya runs list house-prices --json", does: "of one, for a program" },
    ]);
    declareRunControl(runs, carryOut);
  },
};

async function listRuns(session: Session, pipeline: string | null, options: RunsOptions): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const location = locateState(session);
  const { openStores } = await import("../platform/workshop.js");
  const { checkPipelineName } = await import("../platform/known-pipelines.js");
  const { recentRuns } = await import("../platform/recent-runs.js");
  const { withClosing } = await import("../platform/closing.js");
  const { terminal } = session;
  await withClosing(async (closing) => {
    const { store, registry } = closing.add(await openStores(location.settings, terminal.note));
    if (pipeline !== null) await checkPipelineName(pipeline, location, registry);
    const runs = await recentRuns(store, { pipeline, limit: options.limit });
    const columns = [
      { title: "run" },
      { title: "pipeline" },
      { title: "state" },
      { title: "verdict" },
      { title: "version", align: "right" },
      { title: "rows", align: "right" },
      { title: "seconds", align: "right" },
      { title: "started" },
      { title: "error" },
    ] as const;
    const rows = runs.map((run) => [
      run.run.slice(0, 8),
      run.pipeline,
      run.state,
      run.verdict ?? "",
      run.version === null ? "" : `v${run.version}`,
      run.rows === null ? "" : formatCount(run.rows),
      run.seconds === null ? "" : formatSeconds(run.seconds),
      formatTime(new Date(run.startedAt)),
      run.error === null ? "" : `${run.error.code} ${run.error.message}`,
    ]);
    const { palette } = terminal;
    const table = renderTable(columns, rows, { palette, width: terminal.width() });
    terminal.answer(runs, runs.length === 0 ? ["No run yet. Start one: atalaya run <pipeline>."] : table);
  });
  return exitCodes.done;
}
