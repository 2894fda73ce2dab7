import type { Readable } from "node:stream";
import type { Logger } from "@atalaya/telemetry";
import { createPalette, type Palette } from "./palette.js";

/** One of the two outputs of a process, as far as the commands need it; tests pass one that collects. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: Readable;
  /** Machines read stdout: one JSON value and nothing else; what people read goes to stderr. */
  readonly json: boolean;
  readonly color: boolean;
  /** Makes a log of what people would read; left out: they read it. */
  readonly log?: ((people: OutputStream) => Logger) | undefined;
}

/** Where a command writes. */
export interface Terminal {
  readonly json: boolean;
  readonly palette: Palette;
  /** Where lines go when a program reads them: one JSON object each; null: people read. */
  readonly log: Logger | null;
  readonly stdin: Readable;
  /** Where people read: stdout, or stderr with `--json`. */
  readonly people: OutputStream;
  /** True when people see a terminal that can be redrawn. */
  readonly isLive: boolean;
  width(): number;
  /** A line for people. */
  say(line?: string): void;
  /** A line beside the answer (always on stderr): what is being started, what is unusual. */
  note(line: string): void;
  /** What the command was asked for: `value` as JSON with `--json`, otherwise the lines. */
  answer(value: unknown, lines: readonly string[]): void;
}

const fallbackWidth = 100;
/** A table in a file or a pipe is never cut. */
const endless = Number.MAX_SAFE_INTEGER;

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, stdin, json } = options;
  const people = json ? stderr : stdout;
  const log = options.log?.(people) ?? null;
  const isLive = people.isTTY === true && log === null;
  const say = (to: OutputStream, line: string): void => {
    if (log === null) to.write(`${line}\n`);
    else if (line.trim() !== "") log.info({}, line.trim());
  };
  return {
    json,
    log,
    stdin,
    people,
    isLive,
    palette: createPalette(options.color && isLive),
    width: () => (isLive ? (people.columns ?? fallbackWidth) : endless),
    say: (line = "") => say(people, line),
    note: (line) => say(stderr, line),
    answer: (value, lines) => {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
      else if (log !== null) log.info({ answer: value }, lines.find((line) => line.trim() !== "") ?? "done");
      else for (const line of lines) stdout.write(`${line}\n`);
    },
  };
}
