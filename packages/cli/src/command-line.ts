import { readSettings, type Settings } from "@atalaya/settings";
import { createLogger, type Logger } from "@atalaya/telemetry";
import type { ExitCode } from "./exit-codes.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { createProgram, type GlobalOptions, parse } from "./program.js";
import type { Session, Surroundings } from "./session.js";
import { createPalette } from "./terminal/palette.js";
import { reportError } from "./terminal/report-error.js";
import { createTerminal, type OutputStream } from "./terminal/terminal.js";

/**
 * Carries out one command line (without `node` and the script) and gives its exit code; it never throws.
 *
 * 0 done, 1 failed, 2 wrong usage, 3 a gate refused the model.
 */
export async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const settingsFor = (projectDirectory: string): Settings => readSettings(surroundings.environment, { projectDirectory });
  let code: ExitCode = exitCodes.done;
  const program = createProgram({
    stdout,
    stderr,
    carryOut: async (work) => {
      code = await work(openSession(program.opts<GlobalOptions>(), surroundings, settingsFor));
    },
  });
  try {
    await parse(program, words);
    return code;
  } catch (error) {
    const switches = tolerantSwitches(words, () => settingsFor(surroundings.workingDirectory));
    const palette = createPalette(switches.color && stderr.isTTY === true);
    const { json, debug } = switches;
    const log = switches.log?.(json ? stderr : stdout) ?? null;
    reportError(error, { stdout, stderr, palette, json, debug, log });
    return exitCodeOf(error);
  }
}

function openSession(
  options: GlobalOptions,
  surroundings: Surroundings,
  settingsFor: (projectDirectory: string) => Settings,
): Session {
  const { stdout, stderr, stdin, workingDirectory, signal } = surroundings;
  // Settings that cannot be read are the command's own error: `init` needs none.
  const { color, log } = tolerantSwitches([], () => settingsFor(workingDirectory));
  return {
    terminal: createTerminal({ stdout, stderr, stdin, json: options.json === true, color: color && options.color, log }),
    workingDirectory,
    projectOption: options.project ?? null,
    settings: settingsFor,
    signal,
  };
}

/** How to tell an error, even when the words could not be parsed or the settings are what is wrong. */
function tolerantSwitches(words: readonly string[], settings: () => Settings): Switches {
  const json = words.includes("--json");
  try {
    const read = settings();
    return { json, color: read.color && !words.includes("--no-color"), debug: read.debug, log: logOf(read) };
  } catch {
    return { json, color: false, debug: false, log: undefined };
  }
}

interface Switches {
  readonly json: boolean;
  readonly color: boolean;
  readonly debug: boolean;
  /** Undefined: lines are for people. */
  readonly log: ((people: OutputStream) => Logger) | undefined;
}

function logOf({ logFormat, logLevel: level }: Settings): Switches["log"] {
  if (logFormat === "text") return undefined;
  return (people) => createLogger({ write: (line) => void people.write(line), level, facts: { service: "atalaya" } });
}
