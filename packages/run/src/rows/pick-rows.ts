import { selectRows } from "@atalaya/learn";
import { RowStream } from "./row-stream.js";
import { RowsWriter, type RowsWriterOptions } from "./rows-writer.js";
import type { StoredRows } from "./stored-rows.js";

/** Rows that are put together at a time: every one of them may lie in another block. */
const WINDOW_ROWS = 1_000_000;

/**
 * The rows at these positions in this order, as rows of their own; a position may come more than once.
 *
 * Cost: where positions ascend, one reading of the rows; else one for every million of them.
 */
export async function pickRows(
  rows: StoredRows,
  positions: Uint32Array,
  options: RowsWriterOptions & { readonly windowRows?: number } = {},
): Promise<StoredRows> {
  const writer = new RowsWriter({ blockRows: rows.blockRows, ...options });
  const { windowRows = WINDOW_ROWS } = options;
  for (let begin = 0; begin < positions.length; begin += windowRows) {
    const window = positions.subarray(begin, begin + windowRows);
    if (ascends(window)) {
      for await (const { frame } of new RowStream(rows, window).blocks()) writer.append(frame);
      continue;
    }
    const { distinct, placeOf } = distinctRows(window);
    writer.append(selectRows(await new RowStream(rows, distinct).gather(), placeOf));
  }
  return writer.finish();
}

function ascends(positions: Uint32Array): boolean {
  for (let place = 1; place < positions.length; place++) if (positions[place]! <= positions[place - 1]!) return false;
  return true;
}

/** The positions ascending, each once, and by place of the window which of them it is. */
function distinctRows(window: Uint32Array): { distinct: Uint32Array; placeOf: Uint32Array } {
  const order = Uint32Array.from(window, (_, place) => place).sort((one, other) => window[one]! - window[other]!);
  const distinct = new Uint32Array(window.length);
  const placeOf = new Uint32Array(window.length);
  let count = 0;
  for (const place of order) {
    const position = window[place]!;
    if (count === 0 || distinct[count - 1] !== position) distinct[count++] = position;
    placeOf[place] = count - 1;
  }
  return { distinct: distinct.slice(0, count), placeOf };
}
