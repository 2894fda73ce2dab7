import { Readable } from "node:stream";
import { createLogger } from "@atalaya/telemetry";
import { expect, test } from "vitest";
import { runCommandLine } from "../command-line.js";
import { createTerminal, type OutputStream } from "../terminal/terminal.js";
import { createProgress } from "./progress.js";

function collect(): OutputStream & { lines(): Record<string, unknown>[] } {
  let text = "";
  return {
    isTTY: true,
    write: (part) => (text += part),
    lines: () =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test("runs and what is said are lines of JSON with the ids of run and step, also on a terminal", () => {
  const [stdout, stderr] = [collect(), collect()];
  const log = (people: OutputStream) => createLogger({ write: (line) => void people.write(line), level: "info" });
  const terminal = createTerminal({ stdout, stderr, stdin: Readable.from([]), json: false, color: true, log });
  const progress = createProgress(terminal);
  const about = { run: "r1", pipeline: "homes", at: 0 };
  progress.onEvent({ ...about, type: "run-started", resumed: false, steps: ["train"] });
  progress.onEvent({ ...about, type: "step-started", step: "train" });
  progress.onEvent({ ...about, type: "step-done", step: "train", summary: "30 trees", replayed: false, seconds: 2 });
  progress.onEvent({ ...about, type: "run-failed", code: "RUN_X", message: "at postgres://ana:hunter2@db/x" });
  progress.end();
  terminal.say("\n");
  terminal.answer({ url: "http://x" }, ["", "Serving on http://x"]);
  expect(stdout.lines()).toMatchObject([
    { event: "run-started", run: "r1", pipeline: "homes", level: "info" },
    { event: "step-done", run: "r1", step: "train", seconds: 2, replayed: false },
    { event: "run-failed", level: "error", code: "RUN_X", message: "at postgres://ana:[redacted]@db/x" },
    { message: "Serving on http://x", answer: { url: "http://x" } },
  ]);
});

test("an error of a command is one line of the log", async () => {
  const [stdout, stderr] = [collect(), collect()];
  const environment = { ATALAYA_LOG_FORMAT: "json", ATALAYA_LOG_LEVEL: "error" };
  const where = { stdin: Readable.from([]), workingDirectory: "/", environment, signal: new AbortController().signal };
  expect(await runCommandLine(["predikt"], { stdout, stderr, ...where })).toBe(2);
  expect(stdout.lines()).toMatchObject([
    { level: "error", code: "CLI_UNKNOWN_COMMAND", hint: expect.stringContaining("predict") },
  ]);
});
