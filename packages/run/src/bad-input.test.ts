import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
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
} from "@atalaya/define";
import { openRegistry, type Registry } from "@atalaya/registry";
import { type Batch, openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRunner, type RunEvent, type Runner, type RunResult } from "./index.js";

const homes = dataset("homes", {
  price: column.number({ unit: "USD" }),
  bed: column.integer(),
  size: column.number(),
  city: column.category(),
  listed: column.time(),
});
const stays = dataset("stays", { days: column.number(), back: column.category(["no", "yes"]) });
const HEAD = "price,bed,size,city,listed";

interface HomesOptions {
  readonly maxRejected?: number;
  readonly freshWithin?: string;
}
function homesPipeline(name: string, { maxRejected = 0.1, freshWithin }: HomesOptions = {}) {
  return pipeline(name)
    .ingest(homes, files(setting.url(name)))
    .validate({ maxRejected, ...(freshWithin === undefined ? {} : { freshWithin }) })
    .features(homes.features({ target: "price" }))
    .split(shuffled({ test: 0.2, seed: 7 }))
    .train({ seed: 7 }, gradientBoosting({ trees: 10, leaves: 8 }))
    .evaluate({ metrics: ["rmse", "r2"] })
    .gate(atLeast("r2", 0.3), noWorseThanChampion("rmse", { tolerance: 0.5 }))
    .promote("production")
    .retrain(onNewBatch());
}
const staysPipeline = pipeline("stays")
  .ingest(stays, files(setting.url("stays")))
  .validate({ maxRejected: 0.1 })
  .features(stays.features({ target: "back" }))
  .split(shuffled({ test: 0.2, seed: 7 }))
  .train({ seed: 7 }, gradientBoosting({ trees: 5, leaves: 4 }))
  .evaluate({ metrics: ["auroc", "accuracy"] })
  .gate(atLeast("auroc", 0.5))
  .promote("production")
  .retrain(onNewBatch());

interface Row {
  readonly price?: string | number;
  readonly size?: string | number;
  readonly city?: string;
  readonly listed?: string;
}
/** Rows of a file; `change` says what is odd about a row. */
function homesFile(rows: number, change: (row: number) => Row = () => ({}), head = HEAD): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const bed = row % 5;
    const size = 600 + ((row * 7_919) % 1_200);
    const usual = { price: 50_000 + 30_000 * bed + 100 * size, size, city: `c${row % 3}`, listed: "2026-11-20" };
    const { price, size: shown, city, listed } = { ...usual, ...change(row) };
    return `${price},${bed},${shown},${city},${listed}`;
  });
  return `${[head, ...lines].join("\n")}\n`;
}

let home: string;
let store: Store;
let registry: Registry;
let runner: Runner;
const events: RunEvent[] = [];
const NAMES = ["levels", "values", "schema", "order", "fresh", "constant"];

const add = (name: string, batch: string, text: string): void => writeFileSync(join(home, "data", name, `${batch}.csv`), text);
const liveVersion = async (name: string): Promise<number | undefined> => (await registry.aliasOf(name, "production"))?.version;
const notes = (name: string): string =>
  events.flatMap((event) => (event.type === "note" && event.pipeline === name ? [event.text] : [])).join("\n");

/** Gives a batch, takes it, and says how it ended and what stands about it. */
async function take(name: string, batch: string, text: string): Promise<{ result: RunResult | null; row: Batch }> {
  add(name, batch, text);
  const result = await runner.watch(name);
  const row = (await store.batches.list(name)).at(-1);
  if (row === undefined) throw new Error("no batch");
  return { result, row };
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-bad-"));
  chmodSync(home, 0o755);
  const declared: unknown[] = NAMES.map((name) => homesPipeline(name, name === "fresh" ? { freshWithin: "2d" } : {}));
  const pipelines = new Map<string, Pipeline>();
  for (const made of [...declared, staysPipeline]) {
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

test("a category with 100,000 levels is trained on and judged, and the champion serves whatever the verdict", {
  timeout: 120_000,
}, async () => {
  expect((await take("levels", "1", homesFile(600))).result?.verdict).toBe("promoted");
  const { result, row } = await take(
    "levels",
    "2",
    homesFile(100_000, (each) => ({ city: `city ${each}` })),
  );
  expect([row.state, row.rowsAccepted]).toEqual(["accepted", 100_000]);
  expect(["promoted", "refused"]).toContain(result?.verdict);
  expect(result?.reasons.join("\n")).toMatch(/r2/);
  expect(await liveVersion("levels")).toBe(result?.verdict === "promoted" ? 2 : 1);
});

test("a target of one class ends the run with an error that names the class and the cure, and nothing is promoted", {
  timeout: 120_000,
}, async () => {
  const staysFile = (back: (row: number) => string): string =>
    `days,back\n${Array.from({ length: 400 }, (_, row) => `${row % 14},${back(row)}`).join("\n")}\n`;
  add(
    "stays",
    "1",
    staysFile(() => "no"),
  );
  await expect(runner.run("stays")).rejects.toMatchObject({
    code: expect.stringMatching(/^LEARN_/),
    message: expect.stringContaining('Every training row is of the class "no"'),
    hint: expect.stringMatching(/./),
  });
  expect(await liveVersion("stays")).toBeUndefined();
});

test("two date formats in one column: what can be read one way only is read, the other is kept with its reason", {
  timeout: 120_000,
}, async () => {
  await take("values", "1", homesFile(600));
  const mixed = homesFile(500, (row) =>
    row % 20 === 0 ? { listed: "20/11/2026" } : row % 2 === 0 ? { listed: "11/20/2026" } : {},
  );
  const { row } = await take("values", "2-dates", mixed);
  expect([row.state, row.rowsAccepted, row.rowsQuarantined]).toEqual(["accepted", 475, 25]);
  const [bad] = await store.quarantine.list(row.id, { limit: 1 });
  expect(bad).toMatchObject({ column: "listed", reason: "not a time: the day comes before the month", line: 2 });
});

test("thousands separators, NaN, Infinity and 1e308 are read or kept with their reason; the model stays finite", {
  timeout: 120_000,
}, async () => {
  const odd = ['"1,250,000"', "NaN", "Infinity", "-Infinity", "1e308", "1e999"];
  const { result, row } = await take(
    "values",
    "3-numbers",
    homesFile(600, (each) => (each < odd.length ? { size: odd[each] ?? "" } : {})),
  );
  const reasons = (await store.quarantine.list(row.id, { limit: 10 })).map(({ line, reason }) => [line, reason]);
  expect([row.state, row.rowsAccepted, reasons]).toEqual([
    "accepted",
    595,
    [
      [2, "not a number: thousands separators"],
      [3, "missing"],
      [4, "not a finite number"],
      [5, "not a finite number"],
      [7, "too large for a number"],
    ],
  ]);
  // 1e308 is a number: the contract that minds it names a max.
  expect(["promoted", "refused"]).toContain(result?.verdict);
  for (const value of Object.values(result?.metrics ?? {})) expect(Number.isFinite(value)).toBe(true);
});

test("all rows quarantined, an empty batch, a batch of nothing: each has its verdict, and the champion serves on", {
  timeout: 120_000,
}, async () => {
  const before = await liveVersion("values");
  const all = await take(
    "values",
    "4-all-bad",
    homesFile(300, () => ({ price: "n/a!" })),
  );
  expect([all.result?.verdict, all.row.state, all.row.rowsQuarantined, all.row.reason]).toEqual([
    "waiting",
    "refused",
    300,
    expect.stringContaining("100.0 % of its rows are bad"),
  ]);
  const empty = await take("values", "5-empty", `${HEAD}\n`);
  expect([empty.result?.verdict, empty.row.state, empty.row.rowsRead]).toEqual(["waiting", "accepted", 0]);
  const nothing = await take("values", "6-nothing", "");
  expect([nothing.result?.verdict, nothing.row.state, nothing.row.reason]).toEqual([
    "waiting",
    "refused",
    expect.stringContaining("no header line"),
  ]);
  expect(await liveVersion("values")).toBe(before);
});

test("a schema that changes in the middle: a lost column refuses the batch by name, a new one is told and left out", {
  timeout: 120_000,
}, async () => {
  await take("schema", "1", homesFile(600));
  const lost = await take("schema", "2-lost", homesFile(300, undefined, "price,bed,area,city,listed"));
  expect([lost.result?.verdict, lost.row.state, lost.row.reason]).toEqual([
    "waiting",
    "refused",
    expect.stringMatching(/no column for "size"/),
  ]);
  const added = await take("schema", "3-new", homesFile(300).replaceAll("\n", ",x\n").replace(",x\n", ",agent\n"));
  expect([added.row.state, added.row.rowsAccepted]).toEqual(["accepted", 300]);
  expect(notes("schema")).toContain("agent");
  expect(await liveVersion("schema")).toBeGreaterThanOrEqual(1);
});

test("a batch out of order is taken once, and the dataset is in the order of the source", { timeout: 120_000 }, async () => {
  await take("order", "2", homesFile(600));
  const late = await take(
    "order",
    "1",
    homesFile(300, (row) => ({ listed: `2026-10-${10 + (row % 9)}` })),
  );
  expect([late.row.state, late.row.rowsAccepted, late.result?.rows.accepted]).toEqual(["accepted", 300, 900]);
  expect(await runner.watch("order")).toBeNull();
});

test("a batch that is not fresh is refused whole with its age, and can be released; one of the future is told", {
  timeout: 120_000,
}, async () => {
  const today = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  await take(
    "fresh",
    "1",
    homesFile(600, () => ({ listed: today(1) })),
  );
  expect(await liveVersion("fresh")).toBe(1);
  const old = await take(
    "fresh",
    "2-old",
    homesFile(300, () => ({ listed: today(9) })),
  );
  expect([old.result?.verdict, old.row.state, old.row.rowsQuarantined, old.row.reason]).toEqual([
    "waiting",
    "refused",
    300,
    expect.stringMatching(/refused whole: not fresh: its newest row is 9 d old .*, more than 2 d/),
  ]);
  const future = await take(
    "fresh",
    "3-future",
    homesFile(300, () => ({ listed: today(-3) })),
  );
  expect([future.row.state, notes("fresh")]).toEqual(["accepted", expect.stringMatching(/3 d in the future .*clock/)]);
  await store.batches.release(old.row.id, { who: "ana", why: "the source was away" });
  await runner.watch("fresh");
  expect(await store.batches.byId(old.row.id)).toMatchObject({ state: "accepted", rowsAccepted: 300 });
});

test("a constant column changes nothing, and a constant target is refused by its gate", { timeout: 120_000 }, async () => {
  const first = await take(
    "constant",
    "1",
    homesFile(600, () => ({ city: "c0", listed: "2026-11-20" })),
  );
  expect(first.result?.verdict).toBe("promoted");
  const flat = await take(
    "constant",
    "2",
    homesFile(6_000, () => ({ price: 100_000 })),
  );
  expect(["refused", "promoted", "waiting"]).toContain(flat.result?.verdict);
  expect(await liveVersion("constant")).toBeGreaterThanOrEqual(1);
});
