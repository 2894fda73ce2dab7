/** How the codes of a native category become bins. */
export interface CategoryBins {
  /** [codes]: the bin; that of missing values for a code that is rare or does not occur. */
  readonly binByCode: Uint8Array;
  readonly codeByBin: Int32Array;
}

/** Codes with fewer rows share the bin of missing values once 99 % of the rows are covered (as LightGBM does). */
const LEAST_ROWS = 3;
const COVERED = 0.99;

/** Adds how often each code occurs; what is missing, negative, not whole or past the last code does not count. */
export function countCodes(values: Float64Array, counts: Int32Array): void {
  for (let row = 0; row < values.length; row++) {
    const code = values[row];
    if (code >= 0 && code < counts.length && Number.isInteger(code)) counts[code]++;
  }
}

/**
 * Gives the most frequent codes a bin each, in the order of codes. Codes behind them (rare ones, or more than there are
 * bins) count as missing while a model is trained, and wherever it is used.
 *
 * @param counts  rows of each code
 * @param mostBins  most bins, without that of missing values
 */
export function categoryBins(counts: Int32Array, mostBins: number): CategoryBins {
  const codes = counts.length;
  let present = 0;
  for (const count of counts) present += count;
  const byFrequency = Array.from({ length: codes }, (_, code) => code)
    .filter((code) => counts[code] > 0)
    .sort((one, other) => counts[other] - counts[one] || one - other);
  const kept: number[] = [];
  let covered = 0;
  for (const code of byFrequency) {
    if (kept.length === mostBins || (covered >= COVERED * present && counts[code] < LEAST_ROWS && kept.length > 1)) break;
    covered += counts[code];
    kept.push(code);
  }
  const codeByBin = Int32Array.from(kept).sort();
  const binByCode = new Uint8Array(codes).fill(Math.max(1, codeByBin.length));
  for (let bin = 0; bin < codeByBin.length; bin++) binByCode[codeByBin[bin]] = bin;
  return { binByCode, codeByBin };
}
