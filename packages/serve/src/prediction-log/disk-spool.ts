import { appendFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PredictionRecord } from "./prediction-record.js";

/** A file takes so much before the next one is begun: what is read back at once, and takes six times as much as objects. */
const FILE_BYTES = 1024 * 1024;
const NAME = /^(\d+)-(\d+)-(\d+)\.jsonl$/;

/** A file of records that wait, and how many rows they have. */
export interface SpooledBatch {
  readonly records: readonly PredictionRecord[];
  /** Lines that were cut off, as the process or the machine died while writing. */
  readonly broken: number;
  remove(): Promise<void>;
}

/**
 * Records on disk for as long as they cannot be written where they belong. Files are named by time and process; those of
 * processes that are gone are taken over by whoever looks first.
 */
export class DiskSpool {
  readonly #directory: string;
  readonly #mostBytes: number;
  readonly #started = Date.now();
  #file = 0;
  #fileBytes = 0;
  #bytes = 0;
  #isReady: Promise<unknown> | null = null;

  constructor(directory: string, mostBytes = 1024 ** 3) {
    this.#directory = directory;
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False: the spool is full. Rejects when the disk does not take it. */
  async append(records: readonly PredictionRecord[]): Promise<boolean> {
    this.#isReady ??= mkdir(this.#directory, { recursive: true });
    await this.#isReady;
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    const bytes = Buffer.byteLength(text);
    if (this.#bytes + bytes > this.#mostBytes) return false;
    await appendFile(this.#path(this.#file), text);
    this.#bytes += bytes;
    this.#fileBytes += bytes;
    if (this.#fileBytes >= FILE_BYTES) this.#close();
    return true;
  }

  /** The oldest file; null when there is none. Nothing more is written to it. */
  async next(): Promise<SpooledBatch | null> {
    const [oldest] = await this.#own();
    if (oldest === undefined) return null;
    if (oldest === nameOf(this.#started, this.#file)) this.#close();
    const path = join(this.#directory, oldest);
    const { size } = await stat(path);
    const { records, broken } = readRecords(await readFile(path, "utf8"));
    return {
      records,
      broken,
      remove: async () => {
        await rm(path, { force: true });
        this.#bytes = Math.max(0, this.#bytes - size);
      },
    };
  }

  #close(): void {
    this.#file++;
    this.#fileBytes = 0;
  }

  /** Names of our files in the order of their time, those of dead processes among them from now on. */
  async #own(): Promise<string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const own: string[] = [];
    for (const name of names.sort()) {
      const [, time, pid, number] = NAME.exec(name) ?? [];
      if (pid === undefined) continue;
      if (Number(pid) === process.pid) own.push(name);
      else if (!isAlive(Number(pid))) {
        const taken = `${time}-${process.pid}-${number}.jsonl`;
        const isTaken = await rename(join(this.#directory, name), join(this.#directory, taken)).then(
          () => true,
          () => false,
        );
        if (isTaken) {
          own.push(taken);
          this.#bytes += (await stat(join(this.#directory, taken))).size;
        }
      }
    }
    return own.sort();
  }

  #path(file: number): string {
    return join(this.#directory, nameOf(this.#started, file));
  }
}

function nameOf(time: number, file: number): string {
  return `${time}-${process.pid}-${String(file).padStart(6, "0")}.jsonl`;
}

function readRecords(text: string): { records: PredictionRecord[]; broken: number } {
  const records: PredictionRecord[] = [];
  let broken = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      records.push(JSON.parse(line) as PredictionRecord);
    } catch {
      broken++;
    }
  }
  return { records, broken };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
