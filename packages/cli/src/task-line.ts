import { parseArgs } from "node:util";
import { readSettings } from "@atalaya/settings";
import { type ExitCode, exitCodeOf } from "./exit-codes.js";
import { conductTask, type TaskWords } from "./platform/conduct-task.js";
import type { Surroundings } from "./session.js";
import { createPalette } from "./terminal/palette.js";
import { reportError } from "./terminal/report-error.js";
import { createTerminal } from "./terminal/terminal.js";

export interface TaskLine extends TaskWords {
  readonly project: string | null;
}

/**
 * The words of `atalaya task` as a worker writes them; null: these are others, and the whole command line has to look at
 * them. A step of a second is worth a short way: the other commands are not loaded.
 */
export function taskLine(words: readonly string[]): TaskLine | null {
  if (!words.includes("task")) return null;
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        project: { type: "string" },
        attempt: { type: "string", default: "1" },
        index: { type: "string", default: "0" },
        tied: { type: "boolean", default: false },
      },
    });
    const [command, run, step, ...more] = positionals;
    const [attempt, index] = [Number(values.attempt), Number(values.index)];
    const isWhole = Number.isInteger(attempt) && attempt > 0 && Number.isInteger(index) && index >= 0;
    if (command !== "task" || run === undefined || step === undefined || more.length > 0 || !isWhole) return null;
    return { run, step, attempt, index, tied: values.tied, project: values.project ?? null };
  } catch {
    return null;
  }
}

/** Carries a task out and gives its exit code; it never throws. */
export async function runTaskLine({ project, ...words }: TaskLine, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, stdin, workingDirectory, signal, environment } = surroundings;
  try {
    return await conductTask(
      {
        terminal: createTerminal({ stdout, stderr, stdin, json: false, color: false }),
        workingDirectory,
        projectOption: project,
        settings: (projectDirectory) => readSettings(environment, { projectDirectory }),
        signal,
      },
      words,
    );
  } catch (error) {
    reportError(error, { stdout, stderr, palette: createPalette(false), json: false, debug: false });
    return exitCodeOf(error);
  }
}
