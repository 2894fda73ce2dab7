import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Session } from "../session.js";
import { describeError } from "../terminal/report-error.js";
import { type CommandModule, withExamples } from "./command.js";
import { wholeNumberFrom } from "./listen-options.js";

interface FetchCommandOptions {
  readonly revision: string;
  readonly every?: number;
  readonly fill: readonly string[];
}

export const fetchCommand: CommandModule = {
  declare: (program, carryOut) => {
    const command = program
      .command("fetch")
      .summary("bring a project out of a Git repository")
      .description(
        "Fetches a repository at a revision over HTTPS, without its history: each commit becomes a folder, and the link `current` leads to the newest. With --every it goes on looking; `atalaya up` and `atalaya worker` with --until-changed then end and are started again with the new commit. Submodules and large files (LFS) are not fetched.",
      )
      .argument("<repository>", "its address, such as https://git.example.com/team/models.git")
      .argument("<folder>", "where to put it")
      .option("--revision <name>", "branch, tag, or full id of a commit", "main")
      .option("--every <seconds>", "go on, and look for a newer commit so often", wholeNumberFrom(1, 86_400))
      .option(
        "--fill <file>",
        "copy this file into the folder with the commit in place of @REVISION@; may be repeated",
        (text: string, before: readonly string[]) => [...before, text],
        [],
      )
      .action((repository: string, folder: string, options: FetchCommandOptions) =>
        carryOut((session) => fetchProject(session, repository, folder, options)),
      );
    withExamples(command, [
      { line: "atalaya fetch https://git.example.com/models.git /project", does: "then --project /project/current" },
      { line: "atalaya fetch https://git.example.com/models.git /project --revision v3 --every 60", does: "and follow it" },
    ]);
  },
};

async function fetchProject(
  session: Session,
  repository: string,
  folder: string,
  { revision, every, fill }: FetchCommandOptions,
): Promise<ExitCode> {
  const { fetchRepository } = await import("../project/fetch-repository.js");
  const { terminal, signal, workingDirectory } = session;
  const place = resolve(workingDirectory, folder);
  const options = { repository, folder: place, revision, fill, credentials: session.settings(workingDirectory).git };
  const first = await fetchRepository(options);
  terminal.answer({ folder: place, ...first }, [`${place}/current is commit ${first.commit}`]);
  while (every !== undefined && !signal.aborted) {
    await sleep(every * 1_000, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    try {
      const { commit, isNew } = await fetchRepository(options);
      if (isNew) terminal.say(`${place}/current is commit ${commit}`);
    } catch (error) {
      // A server that is away for a while is no reason to lose what is there.
      const { code, message } = describeError(error);
      terminal.say(`${terminal.palette.bad(`error ${code}:`)} ${message}`);
    }
  }
  return exitCodes.done;
}
