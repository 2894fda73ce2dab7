import { errors } from "../errors.js";

/** What the `#` lines of a Zeek log say. */
export interface ZeekHeader {
  readonly separator: string;
  /** Texts of an unset value and of an empty set. */
  readonly missing: readonly string[];
  /** Names of the tab fields as they stand, joined ones included; null before a #fields line. */
  readonly tabFields: readonly string[] | null;
  /** Names of the columns. */
  readonly fields: readonly string[];
}

export const NO_HEADER: ZeekHeader = { separator: "\t", missing: ["-", "(empty)"], tabFields: null, fields: [] };

/** The labelled IoT-23 logs join their last three names, and values, by three blanks inside one tab field. */
export const JOINED = "   ";

function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * Reads one `#` line into the header. Lines without meaning for the rows (#path, #open, #close, #types, comments) change nothing.
 *
 * @throws INGEST_ZEEK_HEADER
 */
export function readDirective(file: string, line: number, text: string, header: ZeekHeader): ZeekHeader {
  if (text.startsWith("#separator")) {
    const separator = unescaped(text.slice("#separator".length).trim());
    if (separator.length !== 1) throw errors.ZEEK_HEADER({ file, line, because: "#separator is not one character" });
    return { ...header, separator };
  }
  const [name, ...values] = text.split(header.separator);
  if (name === "#unset_field") return { ...header, missing: [values[0] ?? "-", header.missing[1] ?? "(empty)"] };
  if (name === "#empty_field") return { ...header, missing: [header.missing[0] ?? "-", values[0] ?? "(empty)"] };
  if (name !== "#fields") return header;
  if (values.length === 0) throw errors.ZEEK_HEADER({ file, line, because: "#fields names no column" });
  const fields = values.flatMap((value) => value.split(JOINED)).map((value) => value.trim());
  const blank = fields.indexOf("");
  if (blank >= 0) throw errors.ZEEK_HEADER({ file, line, because: `#fields has no name for column ${blank + 1}` });
  const twice = fields.find((field, at) => fields.indexOf(field) !== at);
  if (twice !== undefined) throw errors.ZEEK_HEADER({ file, line, because: `#fields names "${twice}" more than once` });
  return { ...header, tabFields: values, fields };
}
