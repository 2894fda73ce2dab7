import { DelimitedScanner } from "./delimited-scanner.js";

const CANDIDATES = [",", ";", "\t", "|"];
const SAMPLE_RECORDS = 50;
const MOST_FIELDS = 4096;
const SAMPLE_BYTES = 64 * 1024;

/** Cells of the first records under a delimiter. */
function fieldCounts(head: Buffer, delimiter: string): readonly number[] {
  const scanner = new DelimitedScanner(delimiter, 1, false);
  scanner.window = Buffer.alloc(2 * head.length + 2);
  head.copy(scanner.window);
  scanner.length = head.length;
  scanner.scan(0, true, false, SAMPLE_RECORDS);
  // The sample may end inside a record: its last one does not count, unless there is no other.
  const records = Math.max(Math.min(1, scanner.recordCount), scanner.recordCount - 1);
  return [...scanner.fieldCounts.subarray(0, head.length < SAMPLE_BYTES ? scanner.recordCount : records)];
}

/**
 * The delimiter under which the first records agree best on a number of cells: the share of records with as many cells as
 * the header, then the number of cells. A comma when nothing splits the header.
 *
 * @param head the first bytes of the text, up to 64 KiB
 */
export function detectDelimiter(head: Buffer): string {
  let best = { delimiter: ",", agreement: 0, fields: 1 };
  for (const delimiter of CANDIDATES) {
    const counts = fieldCounts(head, delimiter);
    const fields = counts[0] ?? 0;
    if (fields < 2 || fields > MOST_FIELDS) continue;
    const agreement = counts.filter((count) => count === fields).length / counts.length;
    if (agreement > best.agreement + 0.1 || (agreement > best.agreement - 0.1 && fields > best.fields)) {
      best = { delimiter, agreement, fields };
    }
  }
  return best.delimiter;
}

/**
 * Number of columns of the rows when the first line is one cell and no row is: a title or a comment stands above the header.
 * Null when the first line may be the header.
 */
export function columnsBelowTitle(head: Buffer): number | null {
  for (const delimiter of CANDIDATES) {
    const [first, second, ...rest] = fieldCounts(head, delimiter);
    if (first === 1 && second !== undefined && second > 1 && rest.length > 0 && rest.every((count) => count === second))
      return second;
  }
  return null;
}
