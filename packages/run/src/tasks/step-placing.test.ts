import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  atLeast,
  column,
  dataset,
  files,
  gradientBoosting,
  isPipeline,
  logBetween,
  type Pipeline,
  pipeline,
  setting,
  shuffled,
} from "@atalaya/define";
import { AtalayaError } from "@atalaya/errors";
import { openRegistry, type Registry } from "@atalaya/registry";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  carryOutTask,
  openRunner,
  type RunEvent,
  type Runner,
  type TaskEnd,
  type TaskLaunch,
  type TaskLauncher,
} from "../index.js";

const homes = dataset("homes", { price: column.number({ unit: "USD", min: 1 }), size: column.number({ unit: "m²" }) });
const made = pipeline("homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0 })
  .step("all", (rows, { note }) => {
    note("rows", 200);
    return rows;
  })
  .features(homes.features({ target: "price" }))
  .split(shuffled({ test: 0.2, validation: 0.2, seed: 7 }))
  .train({ trials: 3, parallel: 2, seed: 7 }, gradientBoosting({ trees: 10, learningRate: logBetween(0.1, 0.3) }))
  .evaluate({ metrics: ["rmse", "r2"] })
  .gate(atLeast("r2", 0.1))
  .promote("production");

let home: string;
let store: Store;
let registry: Registry;
let runner: Runner;
const pipelines = new Map<string, Pipeline>();
const events: RunEvent[] = [];
const launches: TaskLaunch[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-placing-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  const rows = Array.from({ length: 200 }, (_, row) => `${50_000 + (row % 90) * 1_000 + (row % 7)},${20 + (row % 90)}`);
  writeFileSync(join(home, "homes.csv"), `price,size\n${rows.join("\n")}\n`);
  const promoted: unknown = made;
  if (isPipeline(promoted)) pipelines.set("homes", promoted);
  store = await openStore({ home, databaseUrl: null, s3: null });
  registry = openRegistry(store);
}, 60_000);

afterEach(async () => {
  await runner.close();
  events.length = 0;
  launches.length = 0;
});

afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const address = (): { url: string } => ({ url: join(home, "homes.csv") });

/** What a pod does, in this process: the task is carried out from its row alone. */
async function asPod({ key }: TaskLaunch, print: (line: string) => void = () => {}): Promise<TaskEnd> {
  const signal = new AbortController().signal;
  await carryOutTask(
    { store, registry },
    { loadPipelines: async () => pipelines, address, openAddresses: async () => {}, print, signal },
    key,
  );
  return { failure: null };
}

/** @param told  true when the launch itself says that nothing more is printed */
function launcherOf(launch: TaskLauncher["launch"], told: boolean): TaskLauncher {
  return {
    launch: (task, watcher) => {
      launches.push(task);
      if (!told) watcher.lastLine();
      return launch(task, watcher);
    },
    removeRun: async () => {},
    sweep: async () => [],
    close: async () => {},
  };
}

async function open(launch: TaskLauncher["launch"] | null, told = false): Promise<void> {
  const placing = launch === null ? {} : { executor: "process" as const, launchers: { process: launcherOf(launch, told) } };
  runner = await openRunner({ store, registry }, { pipelines, address, onEvent: (event) => events.push(event), ...placing });
}

const stepNames = (): string[] => launches.map(({ key }) => key.step);
const notes = (): string[] => events.flatMap((event) => (event.type === "note" ? [event.text] : []));
const failure = (code: string, retryable: boolean): AtalayaError => new AtalayaError({ code, message: code, retryable });

test("every step elsewhere gives the model of one process, and is told as there", async () => {
  await open(null);
  const inline = await runner.run("homes");
  const told = events.filter(({ type }) => type === "step-done").map((event) => ("step" in event ? event.step : ""));
  await runner.close();
  events.length = 0;
  await open((task, { line, lastLine }) => asPod(task, (text) => line(text, "2026-11-21T12:00:00Z")).finally(lastLine), true);
  const elsewhere = await runner.run("homes");
  expect([elsewhere.model, elsewhere.version, elsewhere.metrics]).toEqual([inline.model, inline.version, inline.metrics]);
  expect(events.filter(({ type }) => type === "step-done").map((event) => ("step" in event ? event.step : ""))).toEqual(told);
  expect(stepNames().sort()).toEqual(
    "decide,evaluate,features,gate,ingest,promote,register,split,step all,train,trial 1,trial 2,trial 3,validate".split(","),
  );
  expect(launches.map(({ fanOut }) => fanOut).filter((fanOut) => fanOut !== null)).toEqual([
    { first: 1, count: 2 },
    { first: 1, count: 2 },
  ]);
  expect(notes()).toContain("rows = 200");
  const tasks = await store.tasks.list(elsewhere.run);
  expect(tasks.every(({ state, attempt }) => state === "done" && attempt === 1)).toBe(true);
  await runner.close();
  const [log] = (await store.tasks.list(elsewhere.run, "step all"))[0]?.log ?? [];
  expect(Buffer.from(await store.objects.get(log!)).toString()).toMatch(/^2026-11-21T12:00:00Z \{"atalaya":"note"/);
  const audit = await store.audit.list("transformation", { run: elsewhere.run });
  expect(audit.filter(({ step }) => step === "split")).toHaveLength(1);
});

test("what may pass is tried again with another attempt; memory that ran out is doubled", async () => {
  await open(async (task) => {
    const { step, attempt } = task.key;
    if (step === "split" && attempt < 3) return { failure: failure(attempt === 1 ? "X_OUT_OF_MEMORY" : "X_EVICTED", true) };
    return asPod(task);
  });
  const { run, verdict } = await runner.run("homes");
  expect(verdict).toBe("promoted");
  const split = launches.filter(({ key }) => key.step === "split");
  expect(split.map(({ key, memoryFactor }) => [key.attempt, memoryFactor])).toEqual([
    [1, 1],
    [2, 2],
    [3, 2],
  ]);
  expect(notes()).toEqual(expect.arrayContaining(["split, attempt 1: X_OUT_OF_MEMORY"]));
  expect((await store.tasks.list(run, "split")).map(({ state }) => state)).toEqual(["failed", "failed", "done"]);
});

test("what fails for good is not tried again, and the run tells the error as it was thrown", async () => {
  await open(async (task) => {
    if (task.key.step === "features") throw failure("KUBERNETES_IMAGE_UNAVAILABLE", false);
    return asPod(task);
  });
  await expect(runner.run("homes")).rejects.toMatchObject({ code: "KUBERNETES_IMAGE_UNAVAILABLE" });
  expect(stepNames().filter((step) => step === "features")).toHaveLength(1);
  const [run] = await store.runs.list({ pipeline: "homes", limit: 1 });
  expect(run).toMatchObject({ state: "failed", errorCode: "KUBERNETES_IMAGE_UNAVAILABLE" });
  const audit = await store.audit.list("transformation", { run: run?.id ?? "" });
  expect(audit.find(({ step }) => step === "features")).toMatchObject({ status: "failed" });
});

test("a process that ends without a word is tried three times", async () => {
  await open(async (task) => (task.key.step === "decide" ? { failure: null } : asPod(task)));
  await expect(runner.run("homes")).rejects.toMatchObject({ code: "RUN_TASK_WITHOUT_OUTCOME" });
  expect(launches.filter(({ key }) => key.step === "decide").map(({ key }) => key.attempt)).toEqual([1, 2, 3]);
});

test("a worker that takes a run over waits for the task that goes on, and takes what ended meanwhile as it is", async () => {
  let reached = (): void => {};
  const atSplit = new Promise<void>((resolve) => {
    reached = resolve;
  });
  await open(async (task) => {
    if (task.key.step !== "split") return asPod(task);
    reached();
    return new Promise<TaskEnd>(() => {});
  });
  // A run that is stopped neither ends nor fails.
  void runner.run("homes").catch(() => null);
  await atSplit;
  await runner.close();
  const left = launches.find(({ key }) => key.step === "split");
  launches.length = 0;
  // The pod outlives its worker; it tells its outcome while another worker waits.
  await open(async (task) => {
    if (task.key.step === "split" && left !== undefined) await asPod(left);
    return task.key.step === "split" ? new Promise<TaskEnd>(() => {}) : asPod(task);
  });
  const { run } = await runner.run("homes");
  expect(stepNames().sort()).toEqual("evaluate,gate,promote,register,split,train,trial 1,trial 2,trial 3".split(","));
  expect(launches[0]?.key).toEqual(left?.key);
  expect((await store.tasks.list(run, "split")).map(({ attempt, state }) => [attempt, state])).toEqual([[1, "done"]]);
});

test("an executor that cannot be used here is told by name", async () => {
  runner = await openRunner({ store, registry }, { pipelines, address, executor: "kubernetes" });
  await expect(runner.run("homes")).rejects.toMatchObject({ code: "RUN_NO_EXECUTOR" });
});
