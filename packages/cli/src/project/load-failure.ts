import { isAtalayaError } from "@atalaya/errors";

export interface LoadFailure {
  readonly isSyntax: boolean;
  /** Absolute path of the file where it happened: the pipeline's own, or one that it imports. */
  readonly file: string;
  /** `:line:column` of a syntax error, `:line` of another, or nothing when it is not known. */
  readonly position: string;
  readonly why: string;
  /** What the error itself advises. */
  readonly hint: string | null;
}

/** Finds out of an error of importing `file` of the project `directory` where it happened and why, without the loader's traces. */
export function explainLoadFailure(error: unknown, file: string, directory: string): LoadFailure {
  const message = error instanceof Error ? error.message : String(error);
  const syntax = /^ParseError: (?<why>[^\n]*?)\s*\n\s*(?<file>.+?)(?<position>:\d+:\d+)\s*$/.exec(message)?.groups;
  if (syntax !== undefined) {
    const { why = "", position = "" } = syntax;
    return { isSyntax: true, file: syntax.file ?? file, position, why: lowerFirst(why), hint: null };
  }
  const place = importingFile(message) ?? frameInUserCode(error, directory) ?? { file, position: "" };
  return {
    isSyntax: false,
    ...place,
    why: plainMessage(message),
    hint: isAtalayaError(error) ? (error.hint ?? null) : null,
  };
}

/** A module that was not found names the file that asked for it. */
function importingFile(message: string): { file: string; position: string } | null {
  const asked = /\nRequire stack:\n- (.+)/.exec(message)?.[1];
  return asked === undefined ? null : { file: asked, position: "" };
}

/** The innermost stack frame in code of the project, or else in code that is not installed. */
function frameInUserCode(error: unknown, directory: string): { file: string; position: string } | null {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frames = stack.split("\n").flatMap((line) => {
    // Modules that the loader compiled have plain paths; those that Node imported itself, as this program, have file: URLs.
    // Compiling keeps lines and moves columns, so only the line is told.
    const found = /^\s+at (?:.*\()?(?<file>\/.+?)(?<position>:\d+):\d+\)?$/.exec(line)?.groups;
    return found === undefined ? [] : [{ file: found.file ?? "", position: found.position ?? "" }];
  });
  const own = frames.filter(({ file }) => !file.includes("/node_modules/"));
  return own.find(({ file }) => file.startsWith(`${directory}/`)) ?? own[0] ?? null;
}

/** Without the loader's list of files and its `(0 , _define.column)` for `column`. */
function plainMessage(message: string): string {
  const [first = ""] = message.split("\nRequire stack:");
  return first
    .replace(/\(0 , \w+\.(\w+)\)/g, "$1")
    .replace(/\.$/, "")
    .trim();
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
