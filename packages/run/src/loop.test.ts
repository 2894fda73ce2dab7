import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterRows,
  atLeast,
  column,
  dataset,
  files,
  gradientBoosting,
  isPipeline,
  noWorseThanChampion,
  onNewBatch,
  type Pipeline,
  pipeline,
  setting,
  shuffled,
  type Trigger,
  whenDrifted,
} from "@atalaya/define";
import { openRegistry, type Registry } from "@atalaya/registry";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRunner, type RunEvent, type Runner } from "./index.js";

const homes = dataset("homes", {
  price: column.number({ unit: "USD", min: 1 }),
  bed: column.integer({ min: 0, max: 20 }),
  size: column.number({ unit: "ft²" }),
  city: column.category(),
});

function homesPipeline(name: string, ...triggers: Trigger<"bed" | "size" | "city">[]) {
  return pipeline(name)
    .ingest(homes, files(setting.url(name)))
    .validate({ maxRejected: 0.1 })
    .keepInTables()
    .features(homes.features({ target: "price" }))
    .split(shuffled({ test: 0.2, seed: 7 }))
    .train({ seed: 7 }, gradientBoosting({ trees: 15, leaves: 8 }))
    .evaluate({ metrics: ["rmse", "r2"] })
    .gate(atLeast("r2", 0.3), noWorseThanChampion("rmse", { tolerance: 0.5 }))
    .promote("production")
    .retrain(...triggers);
}

interface FileOptions {
  /** Added to every size. */
  readonly shift?: number;
  readonly rows?: number;
  /** Rows that break the contract. */
  readonly bad?: number;
  readonly head?: string;
}

let drawn = 1;
/** A fixed sequence: the same in every run of the test. */
function draw(): number {
  drawn = (drawn * 48_271) % 2_147_483_647;
  return drawn / 2_147_483_647;
}
function homesFile({ shift = 0, rows = 1_200, bad = 0, head = "price,bed,size,city" }: FileOptions = {}): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const bed = Math.floor(5 * draw());
    const size = Math.round(600 + 1_200 * draw() + shift);
    const price = row < bad ? -1 : Math.round(50_000 + 30_000 * bed + 100 * size + 20_000 * draw());
    return `${price},${bed},${size},c${Math.floor(3 * draw())}`;
  });
  return `${[head, ...lines].join("\n")}\n`;
}

let home: string;
let store: Store;
let registry: Registry;
let runner: Runner;
const pipelines = new Map<string, Pipeline>();
const events: RunEvent[] = [];

const add = (name: string, batch: string, text: string): void => writeFileSync(join(home, "data", name, `${batch}.csv`), text);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-loop-"));
  chmodSync(home, 0o755);
  const declared = [
    homesPipeline("drifting", whenDrifted()),
    homesPipeline("counting", afterRows(2_000)),
    homesPipeline("eager", onNewBatch()),
    homesPipeline("flows"),
  ];
  for (const made of declared as unknown[]) {
    if (!isPipeline(made)) continue;
    pipelines.set(made.name, made);
    mkdirSync(join(home, "data", made.name), { recursive: true });
  }
  store = await openStore({ home, databaseUrl: null, s3: null });
  registry = openRegistry(store);
  runner = await openRunner(
    { store, registry },
    { pipelines, address: (name) => ({ url: join(home, "data", name) }), onEvent: (event) => events.push(event) },
  );
}, 60_000);

afterAll(async () => {
  await runner.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

test("a stationary batch waits, a shifted one trains, and every decision has a row with its numbers", {
  timeout: 120_000,
}, async () => {
  add("drifting", "1", homesFile());
  expect(await runner.watch("drifting")).toMatchObject({ verdict: "promoted", version: 1 });
  expect(await runner.watch("drifting")).toBeNull();
  add("drifting", "2", homesFile());
  expect(await runner.watch("drifting")).toMatchObject({ verdict: "waiting", version: null, rows: { read: 2_400 } });
  add("drifting", "3", homesFile({ shift: 400 }));
  const shifted = await runner.watch("drifting");
  expect(shifted).toMatchObject({ version: 2, rows: { read: 3_600, accepted: 3_600 } });
  add("drifting", "4", homesFile({ rows: 40 }));
  expect(await runner.watch("drifting")).toMatchObject({ verdict: "not-enough-data" });
  const history = (await store.driftHistory.list("drifting")).reverse();
  expect(history.map(({ verdict, decision, trigger, rows, version }) => [verdict, decision, trigger, rows, version])).toEqual([
    ["no reference", "train", "no version is live", 1_200, null],
    ["stable", "wait", null, 1_200, 1],
    ["drifted", "train", "drift", 1_200, 1],
    ["not enough data", "wait", null, 40, expect.any(Number)],
  ]);
  expect(history[2]?.statistics).toMatchObject({
    features: expect.arrayContaining([
      expect.objectContaining({ name: "size", moved: true }),
      expect.objectContaining({ name: "bed", moved: false }),
    ]),
  });
  expect(history[2]?.reasons.join()).toContain("size by 0.3");
});

test("too few rows wait for the next batch, and are counted with it", { timeout: 120_000 }, async () => {
  add("drifting", "5", homesFile({ rows: 980 }));
  const result = await runner.watch("drifting");
  expect(["waiting", "promoted", "refused"]).toContain(result?.verdict);
  expect((await store.driftHistory.list("drifting", 1))[0]?.rows).toBe(1_020);
});

test("a check that fails never trains, whatever the triggers, and the version before goes on", { timeout: 120_000 }, async () => {
  add("eager", "1", homesFile({ rows: 400 }));
  expect(await runner.watch("eager")).toMatchObject({ version: 1 });
  const { bundle } = await registry.versionOf("eager", { version: 1 });
  const lost = { ...bundle, sha256: "0".repeat(64) };
  await store.database
    .updateTable("modelVersions")
    .set({ bundle: JSON.stringify(lost) })
    .where("pipeline", "=", "eager")
    .execute();
  add("eager", "2", homesFile({ rows: 400 }));
  expect(await runner.watch("eager")).toMatchObject({
    verdict: "waiting",
    reasons: [expect.stringContaining("the check failed")],
  });
  const [last] = await store.driftHistory.list("eager", 1);
  expect(last).toMatchObject({ verdict: "failed", decision: "wait", trigger: null });
  await store.database
    .updateTable("modelVersions")
    .set({ bundle: JSON.stringify(bundle) })
    .where("pipeline", "=", "eager")
    .execute();
  add("eager", "3", homesFile({ rows: 400 }));
  expect((await runner.watch("eager"))?.verdict).not.toBe("waiting");
  expect((await store.driftHistory.list("eager", 1))[0]).toMatchObject({ decision: "train", trigger: "new batch" });
});

test("so many rows since the last training train, not before", { timeout: 120_000 }, async () => {
  for (const [batch, expected] of [
    ["1", "no version is live"],
    ["2", null],
    ["3", "2,400 rows since the last training"],
    ["4", null],
  ] as const) {
    add("counting", batch, homesFile());
    await runner.watch("counting");
    expect([batch, (await store.driftHistory.list("counting", 1))[0]?.trigger]).toEqual([batch, expected]);
  }
});

test("a batch that breaks the contract as a whole is refused, kept row by row, and the loop goes on", {
  timeout: 120_000,
}, async () => {
  add("counting", "5-bad-rows", homesFile({ rows: 300, bad: 60 }));
  add("counting", "6-other-schema", homesFile({ rows: 300, head: "cost,bed,size,city" }));
  add("counting", "7-empty", "price,bed,size,city\n");
  for (let batch = 0; batch < 3; batch++) expect((await runner.watch("counting"))?.verdict).toBe("waiting");
  const [bad, other, empty] = (await store.batches.list("counting")).slice(-3);
  expect(bad).toMatchObject({ state: "refused", rowsRead: 300, rowsQuarantined: 300, reason: expect.stringContaining("20.0 %") });
  expect(other).toMatchObject({
    state: "refused",
    rowsRead: 300,
    rowsQuarantined: 300,
    reason: expect.stringContaining("price"),
  });
  expect(empty).toMatchObject({ state: "accepted", rowsRead: 0 });
  expect(await store.quarantine.count(other?.id ?? -1)).toBe(300);
  expect((await registry.aliasOf("counting", "production"))?.version).toBeGreaterThan(0);

  await store.batches.release(bad?.id ?? -1, { who: "ana", why: "a known fault" });
  expect(await runner.watch("counting")).toMatchObject({ verdict: "not-enough-data", rows: { read: 5_400, accepted: 5_040 } });
  expect(await store.batches.byId(bad?.id ?? -1)).toMatchObject({ state: "accepted", rowsAccepted: 240, rowsQuarantined: 60 });
});

test("raw rows are in raw_data with batch and line, clean rows in clean_data with their part", { timeout: 120_000 }, async () => {
  const raw = await store.database
    .selectFrom("rawData")
    .select("row")
    .where("pipeline", "=", "counting")
    .where("line", "=", 2)
    .execute();
  const batches = await store.batches.list("counting");
  const read = batches.reduce((sum, { rowsRead }) => sum + (rowsRead ?? 0), 0);
  const count = await store.database
    .selectFrom("rawData")
    .select((select) => select.fn.countAll<number>().as("rows"))
    .where("pipeline", "=", "counting")
    .executeTakeFirstOrThrow();
  expect(count.rows).toBe(read);
  expect(raw).toHaveLength(6);
  expect(Object.keys(raw[0]?.row ?? {})).toHaveLength(4);
  const [run] = await store.runs.list({ pipeline: "eager", limit: 1 });
  const clean = await store.database
    .selectFrom("cleanData")
    .select((select) => ["dataset", select.fn.countAll<number>().as("rows")])
    .where("pipeline", "=", "eager")
    .groupBy("dataset")
    .orderBy("dataset")
    .execute();
  expect(clean.map(({ dataset }) => dataset)).toEqual(["test", "train"]);
  const [split] = (await store.audit.list("transformation", { run: run?.id ?? "" })).filter(({ step }) => step === "split");
  expect(split?.metrics).toMatchObject({ test: clean[0]?.rows, train: clean[1]?.rows });
});

test("the parts of a pipeline run alone, each on what the one before it left", { timeout: 120_000 }, async () => {
  add("flows", "1", homesFile({ rows: 500 }));
  await expect(runner.run("flows", { kind: "only", flow: "training" })).rejects.toMatchObject({ code: "RUN_FLOW_MISSING" });
  const verdicts = [];
  for (const flow of ["ingestion", "transformation", "training", "evaluation"] as const) {
    const result = await runner.run("flows", { kind: "only", flow });
    verdicts.push([flow, result.verdict, result.version]);
  }
  expect(verdicts).toEqual([
    ["ingestion", "done", null],
    ["transformation", "done", null],
    ["training", "done", null],
    ["evaluation", "promoted", 1],
  ]);
  expect((await runner.run("flows")).version).toBe(1);
  const started = events.filter((event) => event.type === "run-started" && event.pipeline === "flows");
  expect(started.at(-2)).toMatchObject({ steps: ["evaluate", "gate", "register", "promote"] });
});

test("the verdict against a champion says the interval of the difference", { timeout: 120_000 }, async () => {
  const { verdicts } = await registry.history("drifting");
  expect(verdicts[0]?.reasons.join("\n")).toMatch(
    /rmse [\d.,]+ is no worse than the champion's [\d.,]+ \(tolerance 50 %\); better by -?[\d.,]+, 95 % between/,
  );
});
