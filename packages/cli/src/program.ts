import { Command, CommanderError } from "commander";
import { auditCommand } from "./commands/audit.js";
import { backupCommand } from "./commands/backup.js";
import { clientCommand } from "./commands/client.js";
import type { CarryOut, CommandModule } from "./commands/command.js";
import { doctorCommand } from "./commands/doctor.js";
import { fetchCommand } from "./commands/fetch.js";
import { gcCommand } from "./commands/gc.js";
import { initCommand } from "./commands/init.js";
import { logsCommand } from "./commands/logs.js";
import { modelsCommand } from "./commands/models.js";
import { predictCommand } from "./commands/predict.js";
import { prepareCommand } from "./commands/prepare.js";
import { quarantineCommand } from "./commands/quarantine.js";
import { restoreCommand } from "./commands/restore.js";
import { runCommand } from "./commands/run.js";
import { runsCommand } from "./commands/runs.js";
import { serveCommand } from "./commands/serve.js";
import { sourceCommand } from "./commands/source.js";
import { taskCommand } from "./commands/task.js";
import { upCommand } from "./commands/up.js";
import { watchCommand } from "./commands/watch.js";
import { webhooksCommand } from "./commands/webhooks.js";
import { workerCommand } from "./commands/worker.js";
import { errors } from "./errors.js";
import { suggest } from "./terminal/suggest.js";
import type { OutputStream } from "./terminal/terminal.js";
import { version } from "./version.js";

/** In the order in which help lists them. */
const commands: readonly CommandModule[] = [
  upCommand,
  workerCommand,
  runCommand,
  watchCommand,
  serveCommand,
  predictCommand,
  clientCommand,
  modelsCommand,
  runsCommand,
  logsCommand,
  quarantineCommand,
  auditCommand,
  sourceCommand,
  webhooksCommand,
  gcCommand,
  backupCommand,
  restoreCommand,
  prepareCommand,
  fetchCommand,
  taskCommand,
  initCommand,
  doctorCommand,
];

export interface GlobalOptions {
  readonly project?: string;
  readonly json?: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
}

/** The whole command line as a value: nothing is parsed or carried out yet. */
export function createProgram(options: { carryOut: CarryOut; stdout: OutputStream; stderr: OutputStream }): Command {
  const { carryOut, stdout } = options;
  const program = new Command("atalaya")
    .description("Trains, gates, serves and explains tabular models.")
    .version(version, "--version", "print the version")
    .option("--project <dir>", "folder of the project (default: the nearest one upwards)")
    .option("--json", "print one JSON value on stdout, and everything else on stderr")
    .option("--no-color", "no colours (as NO_COLOR does)")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      // What goes wrong is told once, in our form, by whoever parses.
      writeErr: () => {},
    })
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 a gate refused the model.");
  for (const command of commands) command.declare(program, carryOut);
  for (const command of everyCommand(program)) command.exitOverride();
  return program;
}

/** The program and all commands below it. */
export function everyCommand(program: Command): Command[] {
  return [program, ...program.commands.flatMap(everyCommand)];
}

/**
 * Parses and carries out a command line.
 *
 * @returns false when help or the version was asked for and nothing else is to be done
 * @throws CLI_UNKNOWN_COMMAND, CLI_UNKNOWN_OPTION, CLI_BAD_ARGUMENTS, and what the command throws
 */
export async function parse(program: Command, words: readonly string[]): Promise<boolean> {
  try {
    if (words.length === 0) {
      program.outputHelp();
      return false;
    }
    await program.parseAsync([...words], { from: "user" });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw toUsageError(error, program, words);
  }
}

function toUsageError(error: CommanderError, program: Command, words: readonly string[]): Error {
  const command = commandOf(program, words);
  const path = pathOf(command);
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownCommand":
      return errors.UNKNOWN_COMMAND({
        given: `${pathOf(command)} ${quoted}`,
        suggestion: suggest(
          quoted,
          command.commands.map((known) => known.name()),
        ),
      });
    case "commander.unknownOption": {
      const known = [command, program].flatMap((each) => each.options.map((option) => option.long ?? ""));
      return errors.UNKNOWN_OPTION({ given: quoted, command: path, suggestion: suggest(quoted, [...known, "--help"]) });
    }
    default:
      return errors.BAD_ARGUMENTS({ command: path, why: withoutPrefix(error.message) });
  }
}

/** The command that the words name, as far as they name one. */
function commandOf(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((known) => known.name() === word);
    if (next !== undefined) command = next;
  }
  return command;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

const withoutPrefix = (message: string): string => message.replace(/^error: /, "").replace(/\.$/, "");
