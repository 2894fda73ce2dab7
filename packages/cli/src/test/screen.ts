import type { OutputStream } from "../terminal/terminal.js";

/**
 * A terminal that understands what the live block writes (cursor up, carriage return, clear below, hide and show cursor)
 * and refuses anything else. Lines that scrolled off are kept in `lines()`, but cannot be reached by the cursor.
 */
export function createScreen(columns: number, rows: number): OutputStream & { lines(): string[]; isCursorHidden(): boolean } {
  const lines: string[] = [""];
  let row = 0;
  let hidden = false;
  const plain = (text: string): void => {
    for (const letter of text) {
      if (letter === "\n") {
        row++;
        if (row === lines.length) lines.push("");
      } else if (letter === "\r") {
      } else {
        const line = (lines[row] ?? "") + letter;
        if (line.length > columns) throw new Error(`a line is wider than ${columns} columns: ${line}`);
        lines[row] = line;
      }
    }
  };
  const control = (code: string): void => {
    const up = /^(\d+)A$/.exec(code)?.[1];
    if (up !== undefined) row = Math.max(row - Number(up), lines.length - rows, 0);
    else if (code === "0J") lines.splice(row, lines.length - row, "");
    else if (code === "?25l") hidden = true;
    else if (code === "?25h") hidden = false;
    else if (!/^\d+(;\d+)*m$/.test(code)) throw new Error(`unknown control sequence ${code}`);
  };
  return {
    columns,
    rows,
    isTTY: true,
    lines: () => (lines.at(-1) === "" ? lines.slice(0, -1) : [...lines]),
    isCursorHidden: () => hidden,
    write: (text: string) => {
      const [first = "", ...parts] = text.split("\u001b[");
      plain(first);
      for (const part of parts) {
        const code = /^[?\d;]*[A-Za-z]/.exec(part)?.[0] ?? "";
        control(code);
        plain(part.slice(code.length));
      }
    },
  };
}
