import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atLeast, column, dataset, files, isPipeline, linear, type Pipeline, pipeline, setting, shuffled } from "@atalaya/define";
import { openRegistry } from "@atalaya/registry";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRunner, type RunEvent, type Runner, type RunResult } from "../index.js";

const homes = dataset("homes", { price: column.number({ unit: "USD", min: 1 }), size: column.number({ unit: "m²" }) });

/** What the step "wait" does, and when it was entered. */
let gate: { readonly entered: () => void; readonly wait: (signal: AbortSignal) => Promise<void> };

const waiting: unknown = pipeline("homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0 })
  .step("wait", async (rows, { signal }) => {
    gate.entered();
    await gate.wait(signal);
    return rows;
  })
  .features(homes.features({ target: "price" }))
  .split(shuffled({ test: 0.2, seed: 7 }))
  .train({ seed: 7 }, linear({ l2: 0.1 }))
  .evaluate({ metrics: ["rmse", "r2"] })
  .gate(atLeast("r2", 0.5))
  .promote("production");

let home: string;
let store: Store;
let runner: Runner;
const events: RunEvent[] = [];
const pipelines = new Map<string, Pipeline>();

const open = (): Promise<Runner> =>
  openRunner(
    { store, registry: openRegistry(store) },
    { pipelines, address: () => ({ url: join(home, "homes.csv") }), onEvent: (event) => events.push(event) },
  );

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-control-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  const rows = Array.from({ length: 200 }, (_, row) => `${50_000 + (row % 90) * 1_000 + (row % 7)},${20 + (row % 90)}`);
  writeFileSync(join(home, "homes.csv"), `price,size\n${rows.join("\n")}\n`);
  if (isPipeline(waiting)) pipelines.set("homes", waiting);
  store = await openStore({ home, databaseUrl: null, s3: null });
  runner = await open();
}, 60_000);

afterAll(async () => {
  await runner.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** Passes at once. */
function openGate(): void {
  gate = { entered: () => {}, wait: async () => {} };
}

/** Holds the run in its step "wait", whether that listens to its signal or not. */
async function holdRun(
  hears: boolean,
): Promise<{ readonly run: string; readonly ending: Promise<RunResult>; readonly heard: () => boolean }> {
  let entered = (): void => {};
  const isThere = new Promise<void>((resolve) => {
    entered = resolve;
  });
  let wasHeard = false;
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => {
      const onAbort = (): void => {
        wasHeard = true;
        if (hears) reject(new Error("stopped"));
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
  gate = { entered, wait };
  const ending = runner.run("homes");
  ending.catch(() => {});
  await isThere;
  const [last] = await store.runs.list({ pipeline: "homes", limit: 1 });
  return { run: last?.id ?? "none", ending, heard: () => wasHeard };
}

const ada = { who: "ada", why: "wrong rows" };
const doneSteps = (run: string): string[] =>
  events.flatMap((event) =>
    event.type === "step-done" && event.run === run ? [`${event.step}${event.replayed ? "*" : ""}`] : [],
  );

test.each([true, false])("a run that is cancelled in the middle ends at once, although its step listens: %s", async (hears) => {
  const { run, ending, heard } = await holdRun(hears);
  expect(await runner.cancel(run, ada)).toEqual({ run, pipeline: "homes", changed: true });
  await expect(ending).rejects.toMatchObject({ code: "RUN_CANCELLED", message: `Run ${run} was cancelled by ada: wrong rows` });
  expect(heard()).toBe(true);
  expect(await store.runs.find(run)).toMatchObject({ state: "cancelled", errorCode: "RUN_CANCELLED" });
  expect(events.at(-1)).toMatchObject({ type: "run-failed", run, code: "RUN_CANCELLED" });
  expect(await store.audit.list("training", { run })).toEqual([]);
  // Twice is once.
  expect(await runner.cancel(run.slice(0, 12), { who: "grace", why: "too" })).toMatchObject({ run, changed: false });
  expect((await store.runs.find(run))?.errorMessage).toContain("ada");
});

test("a cancelled run goes on after its last finished step, under its own id", async () => {
  const { run, ending } = await holdRun(true);
  await runner.cancel(run, ada);
  await expect(ending).rejects.toMatchObject({ code: "RUN_CANCELLED" });
  openGate();
  expect(await runner.resume(run)).toMatchObject({ run, verdict: "promoted", version: 1 });
  expect(doneSteps(run).filter((step) => step.startsWith("ingest"))).toEqual(["ingest", "ingest*"]);
  expect(await store.runs.find(run)).toMatchObject({ state: "done", errorCode: null });
  await expect(runner.resume(run)).rejects.toMatchObject({ code: "RUN_NOT_RESUMABLE" });
  await expect(runner.cancel(run, ada)).rejects.toMatchObject({ code: "RUN_ENDED" });
});

test("a finished run is done again from a step: another run, the same model, nothing before the step repeated", async () => {
  openGate();
  const [before] = await store.runs.list({ pipeline: "homes", state: "done", limit: 1 });
  const again = await runner.retry(before?.id ?? "", "train");
  expect(again).toMatchObject({ verdict: "promoted", version: 1 });
  expect(again.run).not.toBe(before?.id);
  expect(doneSteps(again.run)).toEqual([
    ...["ingest*", "validate*", "decide*", "step wait*", "features*", "split*"],
    ...["train", "evaluate", "gate", "register", "promote"],
  ]);
  expect(await store.runs.find(again.run)).toMatchObject({ state: "done", retryOf: before?.id, retryFrom: "train" });
  await expect(runner.retry(again.run, "nothing")).rejects.toMatchObject({ code: "RUN_STEP_NOT_REACHED" });
});

test("a failed run is done again from where it failed", async () => {
  gate = { entered: () => {}, wait: () => Promise.reject(new Error("no disk")) };
  await expect(runner.run("homes")).rejects.toMatchObject({ code: "RUN_STEP_FAILED" });
  const [failed] = await store.runs.list({ pipeline: "homes", limit: 1 });
  openGate();
  await expect(runner.resume(failed?.id ?? "")).rejects.toMatchObject({ code: "RUN_NOT_RESUMABLE" });
  const again = await runner.retry(failed?.id ?? "");
  expect(doneSteps(again.run).slice(0, 4)).toEqual(["ingest*", "validate*", "decide*", "step wait"]);
  expect(await store.runs.find(again.run)).toMatchObject({ state: "done", retryFrom: "step wait" });
});

test("a run whose process is gone is cancelled, and nobody goes on with it unasked", async () => {
  const { run } = await holdRun(true);
  await runner.close();
  runner = await open();
  expect(await runner.unfinished()).toEqual(["homes"]);
  expect(await runner.cancel(run, ada)).toMatchObject({ changed: true });
  expect(await runner.unfinished()).toEqual([]);
  openGate();
  const next = await runner.run("homes");
  expect(next.run).not.toBe(run);
  expect(await runner.resume(run)).toMatchObject({ run, verdict: "promoted" });
});

test("while a run of the pipeline goes on, none is resumed or done again", async () => {
  const [before] = await store.runs.list({ pipeline: "homes", state: "done", limit: 1 });
  const { run, ending } = await holdRun(true);
  await expect(runner.retry(before?.id ?? "", "train")).rejects.toMatchObject({ code: "RUN_UNDER_WAY" });
  await expect(runner.resume(run)).rejects.toMatchObject({ code: "RUN_UNDER_WAY" });
  await runner.cancel(run, ada);
  await expect(ending).rejects.toMatchObject({ code: "RUN_CANCELLED" });
});

test.each(["none", "00000000-0000-0000-0000-000000000000", "", "%"])("no run is called %j", async (id) => {
  await expect(runner.cancel(id, ada)).rejects.toMatchObject({ code: "RUN_NO_SUCH_RUN" });
  await expect(runner.resume(id)).rejects.toMatchObject({ code: "RUN_NO_SUCH_RUN" });
  await expect(runner.retry(id)).rejects.toMatchObject({ code: "RUN_NO_SUCH_RUN" });
});
