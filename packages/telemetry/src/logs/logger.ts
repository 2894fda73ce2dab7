import { redact, redactText } from "./redact.js";

export type LogLevel = "debug" | "info" | "warn" | "error";

const RANKS: Readonly<Record<LogLevel | "silent", number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** Writes what happens, one JSON object a line: `time`, `level`, `message`, then the facts. Nothing that it is given makes it throw. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface LoggerOptions {
  readonly write: (line: string) => void;
  /** What is below is not written. */
  readonly level: LogLevel | "silent";
  /** In every line, such as the role of the process. */
  readonly facts?: Readonly<Record<string, string | number>>;
  readonly now?: () => Date;
}

export function createLogger({ write, level, facts: own = {}, now = () => new Date() }: LoggerOptions): Logger {
  const at = (rank: LogLevel) => (facts: object, message: string) => {
    if (RANKS[rank] < RANKS[level]) return;
    const head = { time: now().toISOString(), level: rank, message: redactText(message), ...own };
    write(`${lineOf(head, facts)}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Facts go behind the head and never replace it. */
function lineOf(head: object, facts: object): string {
  try {
    return JSON.stringify({ ...head, ...withoutHead(redact(facts) as object, head) });
  } catch (error) {
    return JSON.stringify({ ...head, unwritten: String(error) });
  }
}

function withoutHead(facts: object, head: object): object {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name in head ? `${name}_` : name, value]));
}
