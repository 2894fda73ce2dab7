import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { packageEntries } from "./tools/package-entries.mjs";

const repository = fileURLToPath(new URL(".", import.meta.url));

/** Tests read the sources of every package, so no build has to come first. */
const alias = packageEntries(repository).map(({ name, source }) => ({
  find: new RegExp(`^${name}$`),
  replacement: join(repository, source),
}));

export default defineConfig({
  resolve: { alias },
  test: {
    // Sources run as they are; the kernels of the learners cannot.
    globalSetup: ["tools/kernels.mjs"],
    include: ["packages/*/src/**/*.test.ts", "applications/*/**/*.test.ts", "tools/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // How long a test waits for what must come is no bound: a busy machine must not fail it.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files share a process: loading the sources anew for each took a quarter of the time. A third process works while others wait.
    isolate: false,
    maxWorkers: 3,
  },
});
