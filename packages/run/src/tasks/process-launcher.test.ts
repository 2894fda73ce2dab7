import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openProcessLauncher } from "./process-launcher.js";
import type { TaskLaunch, TaskLauncher, TaskWatcher } from "./task-launcher.js";

/** Stands in for the command: does what the name of the step says. */
const PROGRAM = `
const [, , run, step, , attempt, tied] = process.argv.slice(1);
console.log([run, step, attempt, tied].join(" "));
if (step === "fail") { console.error("no use"); process.exit(65); }
if (step === "crash") { console.error("it broke"); process.kill(process.pid, "SIGKILL"); }
if (step === "wait") { process.stdin.resume().on("end", () => process.exit(143)); setInterval(() => {}, 1_000); }
`;

let folder: string;
let launcher: TaskLauncher;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-processes-"));
  writeFileSync(join(folder, "program.cjs"), PROGRAM);
  launcher = openProcessLauncher({ command: [process.execPath, join(folder, "program.cjs")], directory: folder });
});
afterEach(async () => {
  await launcher.close();
  rmSync(folder, { recursive: true });
});

function launchOf(step: string): TaskLaunch {
  const key = { run: "r", step, attempt: 2 };
  return { key, pipeline: "p", placement: { executor: "process" }, memoryFactor: 1, fanOut: null, logAfter: null };
}

function listening(): TaskWatcher & { readonly lines: string[]; readonly places: string[] } {
  const lines: string[] = [];
  const places: string[] = [];
  const { signal } = new AbortController();
  const line = (text: string): void => void lines.push(text);
  return { lines, places, line, lastLine: () => lines.push("(end)"), note: () => {}, place: (text) => places.push(text), signal };
}

test("a process gets the words of its task, and every line that it prints is told", async () => {
  const heard = listening();
  expect(await launcher.launch(launchOf("split"), heard)).toEqual({ failure: null });
  expect(heard.lines).toEqual(["r split 2 --tied", "(end)"]);
  expect(heard.places).toEqual([expect.stringMatching(/^process \d+$/)]);
});

test("an exit code of ours is the task's own word; any other end is told with its last words", async () => {
  expect(await launcher.launch(launchOf("fail"), listening())).toEqual({ failure: null });
  const { failure } = await launcher.launch(launchOf("crash"), listening());
  expect(failure).toMatchObject({ code: "RUN_TASK_PROCESS_ENDED", retryable: true });
  expect(failure?.message).toBe("The process of crash ended by signal SIGKILL: it broke");
});

test("a run's processes are ended with it, and all of them with the launcher", async () => {
  const heard = listening();
  const waiting = launcher.launch(launchOf("wait"), heard);
  await expect.poll(() => heard.lines).toEqual(["r wait 2 --tied"]);
  await launcher.removeRun("another");
  await launcher.removeRun("r");
  expect(await waiting).toMatchObject({ failure: { code: "RUN_TASK_PROCESS_ENDED" } });
  const again = listening();
  const last = launcher.launch(launchOf("wait"), again);
  await expect.poll(() => again.lines).toEqual(["r wait 2 --tied"]);
  await launcher.close();
  expect(await last).toMatchObject({ failure: { code: "RUN_TASK_PROCESS_ENDED" } });
});

test("a program that is not there is told", async () => {
  const missing = openProcessLauncher({ command: [join(folder, "nothing")], directory: folder });
  await expect(missing.launch(launchOf("split"), listening())).rejects.toThrow("ENOENT");
});
