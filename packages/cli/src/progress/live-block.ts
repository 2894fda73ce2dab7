import type { OutputStream } from "../terminal/terminal.js";

const sequence = "\u001b[";
const hideCursor = `${sequence}?25l`;
const showCursor = `${sequence}?25h`;
const clearBelow = `${sequence}0J`;

/** Lines at the end of the output that are redrawn in place, and text that scrolls above them. */
export interface LiveBlock {
  /** Replaces the block. Of more lines than the terminal has, the last ones are shown. */
  draw(lines: readonly string[]): void;
  /** Writes above the block, which stays. */
  print(text: string): void;
  /** Leaves the block as it stands and gives the cursor back. */
  end(): void;
}

export function createLiveBlock(stream: OutputStream): LiveBlock {
  let shown: readonly string[] = [];
  let isHidden = false;

  // One write a frame: a terminal must never show a half-drawn block.
  const rewind = (): string => (shown.length === 0 ? "" : `${sequence}${shown.length}A\r`) + clearBelow;
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

  return {
    draw: (lines) => {
      // One line stays free: the line after the last newline is the cursor's.
      const room = Math.max(1, (stream.rows ?? 24) - 1);
      const next = lines.slice(-room);
      if (isHidden && next.length === shown.length && next.every((line, index) => line === shown[index])) return;
      stream.write(`${isHidden ? "" : hideCursor}${rewind()}${text(next)}`);
      isHidden = true;
      shown = next;
    },
    print: (line) => {
      stream.write(`${rewind()}${line}\n${text(shown)}`);
    },
    end: () => {
      if (isHidden) stream.write(showCursor);
      isHidden = false;
      shown = [];
    },
  };
}
