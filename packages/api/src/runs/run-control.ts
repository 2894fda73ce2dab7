import { setTimeout as sleep } from "node:timers/promises";
import type { CancelledRun, CancelRequest } from "@atalaya/run";
import { errors } from "../errors.js";
import type { EventHub } from "../events/event-hub.js";

/** Starts, ends and repeats runs for people at the console. */
export interface RunControl {
  /** Resolves as soon as the run is under way, with nothing to wait for. @throws API_RUN_ALREADY */
  start(pipeline: string): Promise<void>;
  /** @throws those of the runner */
  cancel(run: string, request: CancelRequest): Promise<CancelledRun>;
  /** Goes on with a cancelled run. Resolves as soon as it is under way. @throws API_RUN_ALREADY, those of the runner */
  resume(pipeline: string, run: string): Promise<BegunRun>;
  /** Does a run again from a step on. Resolves as soon as the new one is under way. @throws as `resume` */
  retry(pipeline: string, run: string, from: string | null): Promise<BegunRun>;
}

export interface BegunRun {
  readonly run: string;
  readonly pipeline: string;
}

/** What carries runs out: each resolves when the run has ended. */
export interface RunCarrier {
  run(pipeline: string): Promise<unknown>;
  cancel(run: string, request: CancelRequest): Promise<CancelledRun>;
  resume(run: string): Promise<unknown>;
  retry(run: string, from: string | null): Promise<unknown>;
}

/** A cancelled run of this process has ended by then. */
const LONGEST_ENDING_MS = 5_000;

/** One run of a pipeline at a time. How a run ends is told by its own events, so only what keeps it from beginning is thrown. */
export function createRunControl(carrier: RunCarrier, hub: EventHub): RunControl {
  const underWay = new Map<string, Promise<unknown>>();
  const alone = (pipeline: string, carryOut: () => Promise<unknown>): Promise<unknown> => {
    if (underWay.has(pipeline)) throw errors.RUN_ALREADY({ pipeline });
    const ending = carryOut().finally(() => underWay.delete(pipeline));
    underWay.set(pipeline, ending);
    return ending;
  };
  const begun = async (pipeline: string, carryOut: () => Promise<unknown>): Promise<BegunRun> => {
    const begins = nextStart(hub, pipeline);
    try {
      const ending = alone(pipeline, carryOut).then(() => null);
      // What fails later is told by the events.
      ending.catch(() => undefined);
      const first = await Promise.race([begins.run, ending]);
      return { pipeline, run: first ?? (await begins.run) };
    } finally {
      begins.stop();
    }
  };
  return {
    start: async (pipeline) => {
      alone(pipeline, () => carrier.run(pipeline)).catch(() => undefined);
    },
    cancel: async (run, request) => {
      const cancelled = await carrier.cancel(run, request);
      // Whoever is told that it is cancelled may resume it at once.
      const ending = underWay.get(cancelled.pipeline)?.catch(() => undefined);
      await Promise.race([ending, sleep(LONGEST_ENDING_MS, undefined, { ref: false })]);
      return cancelled;
    },
    resume: (pipeline, run) => begun(pipeline, () => carrier.resume(run)),
    retry: (pipeline, run, from) => begun(pipeline, () => carrier.retry(run, from)),
  };
}

/** The id of the next run of a pipeline that begins in this process. */
function nextStart(hub: EventHub, pipeline: string): { readonly run: Promise<string>; stop(): void } {
  let stop = (): void => {};
  const run = new Promise<string>((resolve) => {
    stop = hub.listen((event) => {
      if (event.type === "run" && event.event.type === "run-started" && event.event.pipeline === pipeline)
        resolve(event.event.run);
    });
  });
  return { run, stop: () => stop() };
}
