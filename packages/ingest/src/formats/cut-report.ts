/** Why a file ends before its end, when it does: known after the last chunk. */
export interface CutReport {
  because: string | null;
}
