import { defineConfig } from "vitest/config";

/** Journeys through the console in a real browser, against one running platform. */
export default defineConfig({
  test: {
    include: ["e2e/console/**/*.test.ts"],
    globalSetup: ["e2e/console/set-up.ts"],
    fileParallelism: false,
    maxWorkers: 1,
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 120_000,
    hookTimeout: 900_000,
  },
});
