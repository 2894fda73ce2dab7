import type { Frame } from "@atalaya/learn";

/**
 * The last few frames that a stage loaded, by the hash of what they were loaded from: the stages of a run read the same
 * dataset one after the other. After a crash it is simply empty.
 */
export class FrameCache {
  readonly #loads = new Map<string, Promise<Frame>>();
  readonly #most: number;

  constructor(most = 2) {
    this.#most = most;
  }

  load(key: string, read: () => Promise<Frame>): Promise<Frame> {
    const known = this.#loads.get(key);
    if (known !== undefined) return known;
    for (const oldest of this.#loads.keys()) {
      if (this.#loads.size < this.#most) break;
      this.#loads.delete(oldest);
    }
    const loading = read();
    this.#loads.set(key, loading);
    // A failed read is not kept: the next stage, or the next attempt, tries again.
    loading.catch(() => this.#loads.delete(key));
    return loading;
  }

  clear(): void {
    this.#loads.clear();
  }
}
