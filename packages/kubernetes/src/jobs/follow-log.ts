import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "../api/api.js";
import { podsPath, TASK_CONTAINER } from "../api/objects.js";

/** Streams at the same time; the others are read when there is room, which loses nothing while the pod is there. */
const MOST_STREAMS = 50;
const MOST_TRIES = 5;
const PAUSE_MS = 1_000;

/** The time that the kubelet puts before each line. */
const TIMED = /^(\d{4}-\d\d-\d\dT\S+) /;

/** How far a log was read. */
interface Place {
  after: string | null;
  lines: number;
}

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
    const place: Place = { after, lines: 0 };
    try {
      for (let tries = 0; tries < MOST_TRIES && !this.#stop.signal.aborted; ) {
        const before = place.lines;
        await this.#read(pod, place, reader).catch(() => {});
        if (isOver()) {
          // What it printed between the last line and its end.
          await this.#read(pod, place, reader).catch(() => {});
          return;
        }
        tries = place.lines === before ? tries + 1 : 0;
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

  async #read(pod: string, place: Place, reader: LogReader): Promise<void> {
    const { after } = place;
    const response = await this.#api.open({
      method: "GET",
      path: `${podsPath(this.#namespace)}/${pod}/log`,
      // `sinceTime` has seconds, lines have nanoseconds: what was read in the same second is left out below.
      query: { follow: "true", timestamps: "true", container: TASK_CONTAINER, ...(after === null ? {} : { sinceTime: after }) },
      signal: this.#stop.signal,
    });
    const known = place.lines;
    let position = 0;
    try {
      if (response.statusCode !== 200) return;
      for await (const line of createInterface({ input: response })) {
        const at = TIMED.exec(line)?.[1];
        position++;
        // A kubelet that gives no times gives the whole log again.
        if (at === undefined ? position <= known : after !== null && at <= after) continue;
        reader.line(at === undefined ? line : line.slice(at.length + 1), at ?? new Date().toISOString());
        place.lines++;
        place.after = at ?? place.after;
      }
    } catch {
      // Broken in the middle: the next stream goes on after the last line.
    } finally {
      response.destroy();
    }
  }
}
