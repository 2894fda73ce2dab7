import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "@atalaya/store";
import type { Launchers } from "./task-launcher.js";

const EVERY_MS = 60_000;

/** A worker that stops does not wait longer for an API server. */
const LAST_SWEEP_MS = 5_000;

/**
 * Removes what goes on for runs that are over or that nobody knows: now, once a minute, and when the worker stops. Any number
 * of workers may do so at the same time. A launcher that cannot say what there is says so again in a minute.
 *
 * @returns ends the sweeping, after the last one
 */
export function keepSwept(store: Store, launchers: Launchers, say: (text: string) => void): () => Promise<void> {
  const isOver = async (run: string): Promise<boolean> => {
    const state = (await store.runs.find(run))?.state;
    return state !== "running" && state !== "queued";
  };
  let told = "";
  const sweep = async (): Promise<void> => {
    for (const launcher of Object.values(launchers)) {
      try {
        for (const name of await launcher.sweep(isOver)) say(`removed ${name}: its run is over`);
        told = "";
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (why !== told) say(`cannot look for what ended runs have left: ${why}`);
        told = why;
      }
    }
  };
  if (Object.keys(launchers).length === 0) return async () => {};
  void sweep();
  const timer = setInterval(() => void sweep(), EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await Promise.race([sweep(), sleep(LAST_SWEEP_MS, undefined, { ref: false })]);
  };
}
