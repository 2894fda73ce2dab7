import type { Writable } from "node:stream";

/**
 * Waits until everything that was written has left the process. A pipe takes 64 KiB at a time: what a process still holds when
 * it exits is lost, and its reader gets half an answer.
 */
export function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}
