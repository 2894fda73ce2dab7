import type { OutputStream } from "../terminal/terminal.js";

/** An output that keeps what was written: a pipe, or a terminal of a given size. */
export function collectingStream(size?: { readonly columns: number; readonly rows: number }): OutputStream & { text(): string } {
  const written: string[] = [];
  return {
    write: (text: string) => written.push(text),
    text: () => written.join(""),
    ...(size === undefined ? {} : { isTTY: true, ...size }),
  };
}
