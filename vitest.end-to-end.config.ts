import { defineConfig } from "vitest/config";

/** Tests of the built command, one file at a time: they measure and they kill, and must not disturb each other. */
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    exclude: ["e2e/console/**"],
    fileParallelism: false,
    maxWorkers: 1,
    expect: { poll: { timeout: 30_000 } },
  },
});
