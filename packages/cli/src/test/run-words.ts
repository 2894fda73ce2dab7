import { Readable } from "node:stream";
import { runCommandLine } from "../command-line.js";
import type { ExitCode } from "../exit-codes.js";
import { collectingStream } from "./collecting-stream.js";

export interface Told {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Carries out a command line in this process, in an empty environment unless one is given. */
export async function runWords(
  words: readonly string[],
  options: {
    readonly directory?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly stdin?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Told> {
  const [stdout, stderr] = [collectingStream(), collectingStream()];
  const code = await runCommandLine(words, {
    stdout,
    stderr,
    stdin: Readable.from([options.stdin ?? ""]),
    workingDirectory: options.directory ?? "/",
    environment: options.environment ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
