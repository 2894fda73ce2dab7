import type { ObjectReference, Store, TaskKey } from "@atalaya/store";

/** A log is written out when it has so much, or when its oldest line is so old. */
const PART_BYTES = 256 * 1024;
const PART_MS = 5_000;
/** A program that prints without end must not fill the store. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Keeps what a task prints, in parts, in the object store: while it goes on and for good. Each line begins with its time.
 * A part that cannot be written is tried again with the next; nothing waits for it.
 */
export class TaskLog {
  readonly #store: Store;
  readonly #key: TaskKey;
  readonly #pipeline: string;
  #lines: string[] = [];
  #bytes = 0;
  #kept = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #tellEnd: () => void = () => {};
  /** Resolves when all of it is kept, or cannot be. */
  readonly ended: Promise<void>;

  constructor(store: Store, key: TaskKey, pipeline: string) {
    this.#store = store;
    this.#key = key;
    this.#pipeline = pipeline;
    this.ended = new Promise((resolve) => {
      this.#tellEnd = resolve;
    });
  }

  add(text: string, at: string): void {
    const line = `${at} ${text}\n`;
    if (this.#kept + this.#bytes + line.length > MOST_BYTES) return;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#bytes >= PART_BYTES) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), PART_MS);
  }

  /** Writes what is left: nothing more will come. */
  end(): void {
    this.#write();
    void this.#writing.then(this.#tellEnd);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#kept += this.#bytes;
    this.#bytes = 0;
    this.#writing = this.#writing.then(() => this.#keep(lines)).catch(() => {});
  }

  async #keep(lines: readonly string[]): Promise<void> {
    const name = `log-${this.#key.step.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 80)}`;
    const bytes = new TextEncoder().encode(lines.join(""));
    const part = await this.#store.objects.put("eval", { pipeline: this.#pipeline, name, extension: "log" }, bytes);
    await this.#store.tasks.addLog(this.#key, part);
  }
}

/** What a task printed, as far as it is kept. Each line begins with its time. */
export async function readTaskLog({ objects }: Store, parts: readonly ObjectReference[]): Promise<string> {
  const texts = await Promise.all(parts.map(async (part) => new TextDecoder().decode(await objects.get(part))));
  return texts.join("");
}

/** The time of the last line that is kept; null: none is. */
export async function lastTimeKept(store: Store, parts: readonly ObjectReference[]): Promise<string | null> {
  const last = parts.at(-1);
  if (last === undefined) return null;
  const text = await readTaskLog(store, [last]);
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  return /^(\S+T\S+) /.exec(line)?.[1] ?? null;
}
