import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Stores } from "../platform/workshop.js";
import type { Session } from "../session.js";
import { type CarryOut, type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

export const quarantineCommand: CommandModule = {
  declare: (program, carryOut) => {
    const quarantine = program
      .command("quarantine")
      .summary("list refused rows and batches, release a batch")
      .description("Lists batches with rows in quarantine, shows those rows with line and reason, and lets a refused batch in.");
    withExamples(quarantine, [
      { line: "atalaya quarantine", does: "batches of all pipelines that have refused rows" },
      { line: "atalaya quarantine show 7", does: "the refused rows of batch 7, with line and reason" },
      { line: 'atalaya quarantine release 7 --because "a known fault"', does: "its good rows are taken by the next run" },
    ]);
    declareList(quarantine, carryOut);
    declareShow(quarantine, carryOut);
    declareRelease(quarantine, carryOut);
  },
};

function declareList(quarantine: Command, carryOut: CarryOut): void {
  const command = quarantine
    .command("list", { isDefault: true })
    .summary("list batches with refused rows")
    .description("Lists batches that were refused, or have rows in quarantine, the newest first.")
    .argument("[pipeline]", "only batches of this pipeline")
    .option("--limit <count>", "list so many at most", wholeNumberFrom(1, 10_000), 50)
    .action((pipeline: string | undefined, { limit }: { limit: number }) =>
      carryOut((session) =>
        withStores(session, async (stores) => {
          const { listRefused } = await import("../quarantine/list-refused.js");
          await listRefused(stores.store, session.terminal, { pipeline: pipeline ?? null, limit });
        }),
      ),
    );
  withExamples(command, [{ line: "atalaya quarantine list house-prices", does: "of one pipeline" }]);
}

function declareShow(quarantine: Command, carryOut: CarryOut): void {
  const command = quarantine
    .command("show")
    .summary("show the refused rows of a batch")
    .description("Shows why rows of a batch were refused: reasons with counts, then rows with line, column, reason and text.")
    .argument("<batch>", "number of the batch", wholeNumberFrom(1))
    .option("--limit <count>", "show so many rows at most", wholeNumberFrom(1, 100_000), 20)
    .action((batch: number, { limit }: { limit: number }) =>
      carryOut((session) =>
        withStores(session, async (stores) => {
          const { showRefused } = await import("../quarantine/show-refused.js");
          await showRefused(stores.store, session.terminal, { batch, limit });
        }),
      ),
    );
  withExamples(command, [{ line: "atalaya quarantine show 7 --limit 100", does: "a hundred rows" }]);
}

function declareRelease(quarantine: Command, carryOut: CarryOut): void {
  const command = quarantine
    .command("release")
    .summary("let the good rows of a refused batch in")
    .description(
      "Lets a batch in that was refused because too many of its rows are bad: the next run takes its good rows. Rows that break the contract stay in quarantine. The reason is kept.",
    )
    .argument("<batch>", "number of the batch", wholeNumberFrom(1))
    .requiredOption("--because <reason>", "why, in a sentence; it stays with the batch")
    .action((batch: number, { because }: { because: string }) =>
      carryOut((session) =>
        withStores(session, async (stores) => {
          const { releaseBatch } = await import("../quarantine/release-batch.js");
          await releaseBatch(stores.store, session.terminal, { batch, because });
        }),
      ),
    );
  withExamples(command, [{ line: 'atalaya quarantine release 7 --because "a known fault"', does: "its good rows are taken" }]);
}

async function withStores(session: Session, work: (stores: Stores) => Promise<void>): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  const location = locateState(session);
  await withClosing(async (closing) => work(closing.add(await openStores(location.settings, session.terminal.note))));
  return exitCodes.done;
}
