import type { Durable } from "@atalaya/define";
import type { RunResult } from "../events.js";
import type { StepClock } from "./step-clock.js";

/** A project's own workflow: each of its steps is durable, the rest of its body is replayed after a crash. */
export async function durableWorkflow({ definition }: Durable, clock: StepClock): Promise<RunResult> {
  const started = await clock.durable("start", () => Promise.resolve(Date.now()));
  await definition.work({
    id: clock.run,
    signal: clock.signal,
    step: async (name, work) => {
      const outcome = await clock.step(name, async () => ({ result: await work(), summary: "" }));
      return outcome.result;
    },
    note: (key, value) => clock.reporter("").note(`${key} = ${String(value)}`),
  });
  return clock.durable("finish", () =>
    Promise.resolve({
      pipeline: clock.pipeline,
      run: clock.run,
      version: null,
      verdict: "done" as const,
      reasons: [],
      metrics: {},
      rows: { read: 0, accepted: 0, quarantined: 0 },
      model: null,
      seconds: (Date.now() - started) / 1_000,
    }),
  );
}
