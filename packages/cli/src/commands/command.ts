import type { Command as Program } from "commander";
import type { ExitCode } from "../exit-codes.js";
import type { Session } from "../session.js";

/** A line that can be typed, and what it does. A test parses every one of them. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** Called with the work of the chosen command; its exit code becomes that of the process. */
export type CarryOut = (work: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** One command: its declaration is separate from its work, so that help and parsing load nothing heavy. */
export interface CommandModule {
  readonly declare: (program: Program, carryOut: CarryOut) => void;
}

/** Puts examples below the options of a command's help, aligned. */
export function withExamples(command: Program, examples: readonly Example[]): Program {
  const width = Math.max(...examples.map(({ line }) => line.length));
  const lines = examples.map(({ line, does }) => `  ${line.padEnd(width)}  ${does}`);
  examplesByCommand.set(command, examples);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

const examplesByCommand = new WeakMap<Program, readonly Example[]>();

/** The examples that a command's help shows. */
export function examplesOf(command: Program): readonly Example[] {
  return examplesByCommand.get(command) ?? [];
}
