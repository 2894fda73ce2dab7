import { bundledTask } from "./bundled-task.js";
import type { ExitCode } from "./exit-codes.js";
import type * as taskLines from "./task-line.js";
import { flushed } from "./terminal/flushed.js";

/** Exit code of a process that was told twice to stop (128 + SIGINT, as shells count). */
const interruptedTwice = 130;

// A library that uses what another one will drop is no matter of whoever types a command.
process.noDeprecation = true;

/** One Ctrl-C under npm arrives twice, from the terminal and from npm: only a later one means "now". */
const sameKeypressMs = 1_000;

const interruption = new AbortController();
let interruptedAt = 0;
const interrupt = (): void => {
  if (!interruption.signal.aborted) interruptedAt = Date.now();
  else if (Date.now() - interruptedAt > sameKeypressMs) process.exit(interruptedTwice);
  interruption.abort();
};
process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
process.on("SIGHUP", interrupt);

// A reader that has seen enough (`atalaya runs | head -1`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const words = process.argv.slice(2);
const surroundings = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  workingDirectory: process.cwd(),
  signal: interruption.signal,
};
const code = await run();
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Everything is closed by now; a socket that a library keeps open must not keep the command from ending.
process.exit(code);

/** The bundle has what the file has of which it was made. */
function loadTaskLine(): Promise<typeof taskLines> {
  const bundle = bundledTask();
  return bundle === null ? import("./task-line.js") : import(bundle);
}

/** Each way loads what it takes and nothing else. */
async function run(): Promise<ExitCode> {
  if (words.includes("task")) {
    const { runTaskLine, taskLine } = await loadTaskLine();
    const line = taskLine(words);
    if (line !== null) return runTaskLine(line, surroundings);
  }
  const { runCommandLine } = await import("./command-line.js");
  return runCommandLine(words, surroundings);
}
