import type { Readable } from "node:stream";
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
}

/** Where a command writes. */
export interface Terminal {
  readonly json: boolean;
  readonly palette: Palette;
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
  const isLive = people.isTTY === true;
  return {
    json,
    stdin,
    people,
    isLive,
    palette: createPalette(options.color && isLive),
    width: () => (isLive ? (people.columns ?? fallbackWidth) : endless),
    say: (line = "") => void people.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    answer: (value, lines) => {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
      else for (const line of lines) stdout.write(`${line}\n`);
    },
  };
}
