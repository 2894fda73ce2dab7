import { DelimitedScanner } from "./delimited-scanner.js";

const CANDIDATES = [",", ";", "\t", "|"];
const SAMPLE_RECORDS = 50;
const MOST_FIELDS = 4096;

/**
 * The delimiter under which the first records agree best on a number of cells: the share of records with as many cells as
 * the header, then the number of cells. A comma when nothing splits the header.
 *
 * @param head the first bytes of the text, up to 64 KiB are looked at
 */
export function detectDelimiter(head: Buffer): string {
  let best = { delimiter: ",", agreement: 0, fields: 1 };
  for (const delimiter of CANDIDATES) {
    const scanner = new DelimitedScanner(delimiter, 1, false);
    scanner.window = Buffer.alloc(2 * head.length + 2);
    head.copy(scanner.window);
    scanner.length = head.length;
    scanner.scan(0, true, false, SAMPLE_RECORDS);
    const fields = scanner.fieldCounts[0] ?? 0;
    if (scanner.recordCount === 0 || fields < 2 || fields > MOST_FIELDS) continue;
    // The sample may end inside a record: its last one does not count, unless it is the only one.
    const records = Math.max(1, scanner.recordCount - 1);
    let agreeing = 0;
    for (let record = 0; record < records; record++) if (scanner.fieldCounts[record] === fields) agreeing++;
    const agreement = agreeing / records;
    if (agreement > best.agreement + 0.1 || (agreement > best.agreement - 0.1 && fields > best.fields)) {
      best = { delimiter, agreement, fields };
    }
  }
  return best.delimiter;
}
