import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "../api/api.js";
import { podsPath, TASK_CONTAINER } from "../api/objects.js";

/** Streams at the same time; the others are read when there is room, which loses nothing while the pod is there. */
const MOST_STREAMS = 50;
const MOST_TRIES = 5;
const PAUSE_MS = 1_000;

export interface LogReader {
  line(text: string, at: string): void;
}

/** Reads what pods print while they print it, so many at a time. */
export class LogFollowers {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #stop = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #open = 0;

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  /**
   * Reads to the end of what the pod prints. A stream that breaks goes on where it broke; a log that cannot be had is left out.
   *
   * @param after  lines up to this moment are known already (RFC 3339); null: none is
   * @param isOver  true when the pod has ended, so that the end of the stream is the end of the log
   */
  async follow(pod: string, after: string | null, reader: LogReader, isOver: () => boolean): Promise<void> {
    await this.#room();
    try {
      let last = after;
      for (let tries = 0; tries < MOST_TRIES && !this.#stop.signal.aborted; ) {
        const from = last;
        last = await this.#read(pod, last, reader).catch(() => from);
        if (isOver()) {
          // What it printed between the last line and its end.
          await this.#read(pod, last, reader).catch(() => null);
          return;
        }
        tries = last === from ? tries + 1 : 0;
        await sleep(PAUSE_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    } finally {
      this.#open--;
      this.#waiting.shift()?.();
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #room(): Promise<void> {
    if (this.#open >= MOST_STREAMS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#open++;
  }

  /** The time of the last line. */
  async #read(pod: string, after: string | null, reader: LogReader): Promise<string | null> {
    const response = await this.#api.open({
      method: "GET",
      path: `${podsPath(this.#namespace)}/${pod}/log`,
      // `sinceTime` has seconds, lines have nanoseconds: what was read in the same second is left out below.
      query: { follow: "true", timestamps: "true", container: TASK_CONTAINER, ...(after === null ? {} : { sinceTime: after }) },
      signal: this.#stop.signal,
    });
    let last = after;
    try {
      if (response.statusCode !== 200) return last;
      for await (const line of createInterface({ input: response })) {
        const at = line.slice(0, line.indexOf(" "));
        if (at === "" || (after !== null && at <= after)) continue;
        reader.line(line.slice(at.length + 1), at);
        last = at;
      }
    } catch {
      // Broken in the middle: the next stream goes on after the last line.
    } finally {
      response.destroy();
    }
    return last;
  }
}
