import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  atLeast,
  atMost,
  column,
  dataset,
  files,
  gradientBoosting,
  isPipeline,
  linear,
  logBetween,
  noWorseThanChampion,
  type Pipeline,
  pipeline,
  setting,
  shuffled,
  toFeaturePlan,
} from "@atalaya/define";
import { readBatch } from "@atalaya/ingest";
import {
  assignParts,
  buildBundle,
  createScorer,
  decodeBundle,
  encodeBundle,
  fitFeatures,
  fitModel,
  outputsOf,
  PREDICTION,
  predictionColumn,
  predictRaw,
  rowsOfPart,
  selectRows,
  sketchColumn,
  transformFeatures,
} from "@atalaya/learn";
import { openRegistry, type Registry } from "@atalaya/registry";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRunner, type RunEvent, type Runner } from "./index.js";
import type { EvaluationReport } from "./reports/evaluation-report.js";

const homes = dataset("homes", {
  price: column.number({ unit: "USD", min: 1 }),
  bed: column.integer({ min: 0, max: 20 }),
  size: column.number({ unit: "ft²" }).optional(),
  city: column.category(),
});

function homePipeline(name: string, leastR2: number, reads: string) {
  return pipeline(name)
    .ingest(homes, files(setting.url(reads)))
    .validate({ maxRejected: 0.05 })
    .features(homes.features({ target: "price", derive: (home) => ({ sizePerBed: home.size.div(home.bed) }) }))
    .split(shuffled({ test: 0.2, seed: 7 }))
    .train({ optimise: "rmse", trials: 2, seed: 7 }, gradientBoosting({ trees: 20, learningRate: logBetween(0.1, 0.3) }))
    .evaluate({ metrics: ["rmse", "r2"], explain: { rows: 20 } })
    .gate(atLeast("r2", leastR2), noWorseThanChampion("rmse", { tolerance: 0.01 }))
    .promote("production");
}

/** Nothing is tuned: what is fitted is what is declared. */
const plainHomes: unknown = pipeline("plain-homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0.05 })
  .features(homes.features({ target: "price", derive: (home) => ({ sizePerBed: home.size.div(home.bed) }) }))
  .split(shuffled({ test: 0.2, seed: 7 }))
  .train({ seed: 7 }, gradientBoosting({ trees: 20 }))
  .evaluate({ metrics: ["rmse"] })
  .gate(atMost("rmse", 1_000_000))
  .promote("production");

/** Values with an interval around them, by a learner without ranges: nothing is tuned. */
const rangedHomes: unknown = pipeline("ranged-homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0.05 })
  .features(homes.features({ target: "price", derive: () => ({}) }))
  .split(shuffled({ test: 0.2, validation: 0.2, seed: 7 }))
  .train({}, linear({ l2: 0.1 }))
  .answer({ interval: { coverage: 0.8 } })
  .evaluate({ metrics: ["mae"] })
  .gate(atMost("mae", 20_000))
  .promote("production");

/** 400 homes whose price follows bed and size; two of them break the contract, in lines 12 and 13. */
function homesFile(shift = 0): string {
  const rows = ["price,bed,size,city"];
  for (let row = 0; row < 400; row++) {
    const bed = (row * 7) % 5;
    const size = row % 11 === 3 ? "" : String(500 + ((row * 37) % 900));
    rows.push(
      `${100_000 + bed * 40_000 + Number(size || 900) * 90 + ((row * 13) % 70) * 100 + shift},${bed},${size},c${row % 3}`,
    );
    if (row === 9) rows.push("-5,3,900,c1", "200000,three,900,c1");
  }
  return `${rows.join("\n")}\n`;
}

let home: string;
let store: Store;
let registry: Registry;
let runner: Runner;
const events: RunEvent[] = [];
const pipelines = new Map<string, Pipeline>();

async function open(): Promise<Runner> {
  return openRunner(
    { store, registry },
    {
      pipelines,
      address: (name) => ({ url: join(home, `${name.toLowerCase()}.csv`) }),
      onEvent: (event) => events.push(event),
    },
  );
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-run-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  writeFileSync(join(home, "homes.csv"), homesFile());
  for (const [name, leastR2, reads] of [
    ["homes", 0.5, "HOMES"],
    ["strict-homes", 0.999999, "HOMES"],
    ["bad-homes", 0.5, "BAD"],
  ] as const) {
    const made: unknown = homePipeline(name, leastR2, reads);
    if (isPipeline(made)) pipelines.set(name, made);
  }
  if (isPipeline(rangedHomes)) pipelines.set("ranged-homes", rangedHomes);
  if (isPipeline(plainHomes)) pipelines.set("plain-homes", plainHomes);
  store = await openStore({ home, databaseUrl: null, s3: null });
  registry = openRegistry(store);
  runner = await open();
}, 60_000);

afterAll(async () => {
  await runner.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

test("from a file to a promoted version; counts add up, and bad rows are kept with line and reason", async () => {
  const result = await runner.run("homes");
  expect(result).toMatchObject({
    pipeline: "homes",
    verdict: "promoted",
    version: 1,
    rows: { read: 402, accepted: 400, quarantined: 2 },
  });
  expect(result.metrics["r2"]).toBeGreaterThan(0.9);
  const [batch] = await store.batches.list("homes");
  const quarantined = await store.quarantine.list(batch?.id ?? -1);
  expect(quarantined).toMatchObject([
    { line: 12, column: "price", reason: expect.stringContaining("1") },
    { line: 13, column: "bed" },
  ]);
  const alias = await registry.aliasOf("homes", "production");
  expect(alias?.version).toBe(1);
});

test("rows that are read in blocks give the bytes that the same rows give in memory", async () => {
  const result = await runner.run("plain-homes");
  const { definition } = pipelines.get("plain-homes")!;
  const input = { name: "homes.csv", path: join(home, "homes.csv") };
  const { accepted } = await readBatch(input, definition.dataset.columns, definition.checks);
  const parts = assignParts(definition.split, accepted);
  const [training, heldOut] = [selectRows(accepted, rowsOfPart(parts, "train")), selectRows(accepted, rowsOfPart(parts, "test"))];
  const price = training.columns.get("price");
  if (price?.kind !== "number") throw new Error("no price");
  const target = { kind: "number", values: price.values } as const;
  const { fitted, trainingMatrix } = fitFeatures(toFeaturePlan(definition), training, target, { seed: 7, fitOn: "value" });
  const model = fitModel(
    { learner: "gradientBoosting", parameters: { trees: 20 } },
    { matrix: trainingMatrix, target },
    { seed: 7 },
  );
  const bundle = buildBundle({
    pipeline: "plain-homes",
    target: { name: "price", unit: "USD" },
    features: fitted,
    model,
    trainingRows: training,
  });
  const answers = predictionColumn(outputsOf(model, predictRaw(model, transformFeatures(fitted, heldOut))));
  const reference = [...bundle.reference.slice(0, -1), sketchColumn(PREDICTION, answers)];
  const bytes = encodeBundle({ ...bundle, reference });
  expect(result.model).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("the same raw rows give the same model and no second version, also with another runner", async () => {
  const before = await registry.aliasOf("homes", "production");
  const versions = await registry.list("homes");
  await runner.close();
  runner = await open();
  const again = await runner.run("homes");
  expect([again.model, again.version]).toEqual([versions[0]?.hash, 1]);
  expect(await registry.list("homes")).toHaveLength(1);
  expect((await registry.aliasOf("homes", "production"))?.version).toBe(before?.version);
});

test("a refused model is registered with its reason and never carries the alias", async () => {
  const result = await runner.run("strict-homes");
  expect(result.verdict).toBe("refused");
  expect(result.reasons.join("\n")).toMatch(/refused: r2 0\.9\d* is below/);
  expect(await registry.aliasOf("strict-homes", "production")).toBeNull();
  expect((await registry.list("strict-homes")).map((version) => version.verdict)).toEqual(["refused"]);
});

test("answers carry an interval that holds the truth as often as it says; a dummy is measured beside the model", async () => {
  const result = await runner.run("ranged-homes");
  expect(result.verdict).toBe("promoted");
  const { bytes } = await registry.loadBundle("ranged-homes", { alias: "production" });
  const bundle = decodeBundle(bytes);
  expect(bundle.model.learner).toBe("linear");
  const scorer = createScorer(bundle);
  let held = 0;
  for (let row = 0; row < 400; row++) {
    const bed = (row * 7) % 5;
    const size = row % 11 === 3 ? null : 500 + ((row * 37) % 900);
    const answer = scorer.answerRow({ bed, size, city: `c${row % 3}` });
    if (answer === null || !("interval" in answer) || answer.interval === undefined) throw new Error("no interval");
    const truth = 100_000 + bed * 40_000 + (size ?? 900) * 90 + ((row * 13) % 70) * 100;
    if (truth >= answer.interval.low && truth <= answer.interval.high) held++;
  }
  expect(held / 400).toBeGreaterThan(0.72);
  expect(held / 400).toBeLessThan(0.9);
  const [last] = await store.runs.list({ pipeline: "ranged-homes", limit: 1 });
  const steps = await store.audit.list("evaluation", { run: last?.id ?? "none" });
  expect(steps.map(({ step }) => step)).toContain("evaluate");
  const [version] = await registry.list("ranged-homes");
  const report = JSON.parse(Buffer.from(await store.objects.get(version!.report!)).toString("utf8")) as EvaluationReport;
  const dummyError = report.baselines?.find(({ learner }) => learner === "dummy")?.metrics["mae"];
  expect(report.baselines?.map(({ learner }) => learner)).toEqual(["dummy"]);
  expect(dummyError).toMatchObject({ value: expect.any(Number) });
  expect(Number(dummyError !== undefined && "value" in dummyError && dummyError.value)).toBeGreaterThan(
    2 * Number(result.metrics["mae"]),
  );
});

test("a failed run names file and cure, is kept as failed, and leaves the version before serving", async () => {
  writeFileSync(join(home, "bad.csv"), homesFile());
  expect((await runner.run("bad-homes")).version).toBe(1);
  writeFileSync(join(home, "bad.csv"), "price,bed\n1,2\n");
  await expect(runner.run("bad-homes")).rejects.toMatchObject({ message: expect.stringMatching(/bad\.csv.*city/s) });
  expect((await registry.aliasOf("bad-homes", "production"))?.version).toBe(1);
  const [last] = await store.runs.list({ pipeline: "bad-homes", limit: 1 });
  expect(last?.state).toBe("failed");
  expect(last?.errorCode).toMatch(/^INGEST_/);
});

test("runs of one pipeline that are asked for at once come one after the other", async () => {
  events.length = 0;
  await Promise.all([runner.run("homes"), runner.run("homes")]);
  const order = events.filter((event) => event.type === "run-started" || event.type === "run-done").map((event) => event.type);
  expect(order).toEqual(["run-started", "run-done", "run-started", "run-done"]);
});

test("an unknown pipeline is refused by name", async () => {
  await expect(runner.run("hoems")).rejects.toMatchObject({ code: "RUN_UNKNOWN_PIPELINE" });
});

test("every step leaves an audit row with rows in and out", async () => {
  const [last] = await store.runs.list({ pipeline: "homes", limit: 1 });
  const run = last?.id ?? "none";
  for (const kind of ["ingestion", "transformation", "training", "evaluation"] as const) {
    const rows = await store.audit.list(kind, { run });
    expect([kind, rows.length > 0, [...new Set(rows.map((row) => row.status))]]).toEqual([kind, true, ["done"]]);
  }
  const validated = (await store.audit.list("ingestion", { run })).concat(await store.audit.list("transformation", { run }));
  expect(validated.find((row) => row.step === "validate")).toMatchObject({ rowsIn: 402, rowsOut: 400 });
});
