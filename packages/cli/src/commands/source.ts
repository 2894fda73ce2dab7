import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { errors } from "../errors.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { plural } from "../terminal/format.js";
import { type CommandModule, withExamples } from "./command.js";
import { hostOption, type ListenOptions, parseShare, portOption, wholeNumberFrom } from "./listen-options.js";

interface SourceOptions extends ListenOptions {
  readonly rows?: number;
  readonly failRate?: number;
  readonly truncate?: number;
  readonly duplicate?: number;
  readonly delay?: number;
  readonly hang?: number;
  readonly drift?: readonly string[];
  readonly every?: number;
}

export const sourceCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("source")
      .summary("replay a file over HTTP, batch by batch")
      .description(
        "Stands in for an external API: each GET /data answers the next rows of the file in a fixed sequence, then says that there is no more. The faults are for tests: share of answers that go wrong. Ctrl-C stops it.",
      )
      .argument("<file>", "the data: CSV, TSV, JSON lines, JSON, Parquet or Zeek, gzip, zstd or plain")
      .option("--rows <count>", "rows of a batch (default: 15000)", wholeNumberFrom(1))
      .addOption(portOption("4700"))
      .addOption(hostOption("127.0.0.1"))
      .option("--every <seconds>", "another batch is there only so often (default: all at once)", wholeNumberFrom(1))
      .option("--fail-rate <share>", "answer 500", parseShare)
      .option("--truncate <share>", "send half a body", parseShare)
      .option("--duplicate <share>", "send the batch before once more", parseShare)
      .option("--delay <ms>", "wait before each answer", wholeNumberFrom(0))
      .option("--hang <share>", "never answer", parseShare)
      .option(
        "--drift <move>",
        "move a column's numbers: price=+10%, price=x2, price=-50; @0.5 behind it begins in the middle; may be repeated",
        (text: string, before: readonly string[] = []) => [...before, text],
      )
      .action((file: string, options: SourceOptions) => carryOut((session) => replay(session, file, options)));
    withExamples(command, [
      { line: "atalaya source listings.csv.gz --rows 5000", does: "then LISTINGS_URL=http://127.0.0.1:4700/data" },
      { line: "atalaya source listings.csv.gz --fail-rate 0.2 --truncate 0.1", does: "with faults" },
      { line: "atalaya source listings.csv.gz --every 60", does: "another batch each minute" },
      { line: "atalaya source listings.csv.gz --drift house_size=+10%@0.5", does: "larger houses in the second half" },
    ]);
  },
};

const defaultPort = 4700;

async function replay(session: Session, file: string, options: SourceOptions): Promise<ExitCode> {
  const path = resolve(session.workingDirectory, file);
  if (!existsSync(path)) throw errors.NO_FILE({ path });
  const { parseDrift, startReplayServer } = await import("@atalaya/ingest");
  const { withClosing } = await import("../platform/closing.js");
  const { untilAborted } = await import("../platform/interruption.js");
  const { terminal, signal } = session;
  await withClosing(async (closing) => {
    const { rows, port = defaultPort, host, delay, every, drift = [], ...shares } = options;
    const moves = drift.map((text) => {
      const move = parseDrift(text);
      if (move === null) throw errors.BAD_DRIFT({ given: text });
      return move;
    });
    const faults = { ...shares, drift: moves, ...(delay === undefined ? {} : { delayMs: delay }) };
    const server = closing.add(
      await startReplayServer({
        file: path,
        port,
        faults,
        ...(rows === undefined ? {} : { rows }),
        ...(every === undefined ? {} : { releaseEveryMs: every * 1_000 }),
        ...(host === undefined ? {} : { host }),
      }),
    );
    const skipped = server.skipped === 0 ? "" : `, ${plural(server.skipped, "malformed record")} left out`;
    terminal.answer({ url: server.url, file: path, rows: server.rows, skipped: server.skipped }, [
      `Replaying ${file} on ${server.url}: ${plural(server.rows, "row")}${skipped}. Ctrl-C stops it.`,
    ]);
    await untilAborted(signal);
  });
  return exitCodes.done;
}
