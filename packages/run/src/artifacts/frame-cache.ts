import type { StoredRows } from "../rows/stored-rows.js";

/** A stage reads from two of them at a time at most, and a third may be made of one of these. */
const MOST = 3;

/**
 * The rows that a stage loaded last, by the hash of what they were loaded from: the stages of a run read the same dataset one
 * after the other. After a crash it is simply empty.
 */
export class FrameCache {
  readonly #loads = new Map<string, Promise<StoredRows>>();

  load(key: string, read: () => Promise<StoredRows>): Promise<StoredRows> {
    const known = this.#loads.get(key);
    if (known !== undefined) {
      // It was used last now.
      this.#loads.delete(key);
      this.#loads.set(key, known);
      return known;
    }
    for (const [oldest, rows] of this.#loads) {
      if (this.#loads.size < MOST) break;
      this.#loads.delete(oldest);
      closeLater(rows);
    }
    const loading = read();
    this.#loads.set(key, loading);
    // A failed read is not kept: the next stage, or the next attempt, tries again.
    loading.catch(() => this.#loads.delete(key));
    return loading;
  }

  /** Gives all memory and files back. */
  clear(): void {
    for (const rows of this.#loads.values()) closeLater(rows);
    this.#loads.clear();
  }
}

function closeLater(rows: Promise<StoredRows>): void {
  rows.then(
    (stored) => stored.close(),
    () => {},
  );
}
