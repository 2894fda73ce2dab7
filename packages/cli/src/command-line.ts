import { readSettings, type Settings } from "@atalaya/settings";
import type { ExitCode } from "./exit-codes.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { createProgram, type GlobalOptions, parse } from "./program.js";
import type { Session, Surroundings } from "./session.js";
import { createPalette } from "./terminal/palette.js";
import { reportError } from "./terminal/report-error.js";
import { createTerminal } from "./terminal/terminal.js";

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
    reportError(error, { stdout, stderr, palette, json: switches.json, debug: switches.debug });
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
  const { color } = tolerantSwitches([], () => settingsFor(workingDirectory));
  return {
    terminal: createTerminal({ stdout, stderr, stdin, json: options.json === true, color: color && options.color }),
    workingDirectory,
    projectOption: options.project ?? null,
    settings: settingsFor,
    signal,
  };
}

/** How to tell an error, even when the words could not be parsed or the settings are what is wrong. */
function tolerantSwitches(words: readonly string[], settings: () => Settings): { json: boolean; color: boolean; debug: boolean } {
  const json = words.includes("--json");
  try {
    const { color, debug } = settings();
    return { json, color: color && !words.includes("--no-color"), debug };
  } catch {
    return { json, color: false, debug: false };
  }
}
