import { errors } from "../errors.js";

/** Starts runs for people at the console. */
export interface RunControl {
  /** Resolves as soon as the run is under way, with nothing to wait for. @throws API_RUN_ALREADY */
  start(pipeline: string): Promise<void>;
}

/** One run of a pipeline at a time; a failure is told by the run's own events, so it is not thrown here. */
export function createRunControl(run: (pipeline: string) => Promise<unknown>): RunControl {
  const underWay = new Set<string>();
  return {
    start: async (pipeline) => {
      if (underWay.has(pipeline)) throw errors.RUN_ALREADY({ pipeline });
      underWay.add(pipeline);
      run(pipeline)
        .catch(() => undefined)
        .finally(() => underWay.delete(pipeline));
    },
  };
}
