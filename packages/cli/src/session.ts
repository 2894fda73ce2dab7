import type { Readable } from "node:stream";
import type { Environment, Settings } from "@atalaya/settings";
import type { OutputStream, Terminal } from "./terminal/terminal.js";

/** What a process gives to a command line; tests give their own. */
export interface Surroundings {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: Readable;
  readonly workingDirectory: string;
  /** Left out: the environment of the process. */
  readonly environment?: Environment;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a command works with: where it was typed, where it writes, and when it has to stop. */
export interface Session {
  readonly terminal: Terminal;
  readonly workingDirectory: string;
  /** Value of `--project`; null: the nearest project upwards. */
  readonly projectOption: string | null;
  /** Settings for a project in this folder. @throws SETTINGS_… */
  settings(projectDirectory: string): Settings;
  readonly signal: AbortSignal;
}
