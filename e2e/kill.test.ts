import { describe, expect, test } from "vitest";
import { lastJson, run, start, until, withHome } from "./command.js";
import type { RunResult } from "./run-result.js";

/** Steps at whose start, and moments after whose start, the process is killed. */
const MOMENTS: readonly (readonly [step: string, afterMs: number])[] = [
  ["ingest", 0],
  ["ingest", 150],
  ["validate", 0],
  ["features", 0],
  ["split", 0],
  ["tune", 200],
  ["tune", 2_500],
  ["train", 100],
  ["evaluate", 50],
  ["gate", 0],
  ["register", 0],
  ["promote", 0],
];

describe("kill -9, and a restart that continues", () => {
  test("at every step: the same model, no row twice, one version", { timeout: 900_000 }, () =>
    withHome(async (undisturbedHome) => {
      const undisturbed = lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home: undisturbedHome }));
      for (const [step, afterMs] of MOMENTS) {
        await withHome(async (home) => {
          const killed = start(["run", "house-prices", "--json"], { home });
          await until(killed, 120_000, () => Promise.resolve(new RegExp(`\\b${step}\\b`).test(killed.output()) ? true : null));
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          killed.child.kill("SIGKILL");
          await killed.finished;
          const result = lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home }));
          const said = `killed at ${step} + ${afterMs} ms`;
          expect([said, result.model, result.version, result.rows]).toEqual([said, undisturbed.model, 1, undisturbed.rows]);
          const runs = lastJson<readonly unknown[]>(await run(["runs", "--json"], { home }));
          const versions = lastJson<readonly unknown[]>(await run(["models", "list", "--json"], { home }));
          expect([said, versions.length]).toEqual([said, 1]);
          expect(runs.length).toBeLessThanOrEqual(2);
        });
      }
    }),
  );
});
