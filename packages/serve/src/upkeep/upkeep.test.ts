import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INFERENCE_LOG_SOURCE, openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStoredModel, type ServedModel } from "../models/served-model.js";
import { NO_RULES } from "../models/serving-rules.js";
import { encodeLinear, openLinear } from "../test/linear-model.js";
import { storedUpkeep } from "./stored-upkeep.js";
import { Upkeep } from "./upkeep.js";

let home: string;
let store: Store;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-upkeep-"));
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const now = Date.parse("2026-11-21T12:00:00Z");

function served(rules: Partial<ServedModel["rules"]>): Promise<ServedModel> {
  const bytes = encodeLinear({ factor: 10 });
  const hash = createHash("sha256").update(bytes).digest("hex");
  return openStoredModel("homes", { version: 1, hash, bytes, metrics: {}, rules: { ...NO_RULES, ...rules } }, null, openLinear);
}

async function answered(request: string, daysAgo: number): Promise<void> {
  await store.inferences.append([
    {
      request,
      pipeline: "homes",
      version: 1,
      kind: "predict",
      rows: 2,
      inputs: '[{"bed":1,"city":"Ponce"},{"bed":2,"houseSize":900}]',
      answers: '[{"value":1010},{"value":1020}]',
      latencyMs: 1,
      at: new Date(now - daysAgo * 86_400_000),
      caller: null,
      trace: null,
    },
  ]);
}

it("turns labelled inputs into a raw batch once, under the names of the source, and forgets what is too old", async () => {
  await answered("old", 40);
  await answered("new", 1);
  const label = (request: string, position: number, value: number) => ({
    pipeline: "homes",
    request,
    position,
    label: value,
    caller: null,
  });
  await store.feedback.record([label("old", 0, 11), label("new", 1, 22)]);
  const model = await served({ backToRaw: true, keepDays: 30, hashed: ["city"], targetFrom: "sale_price" });
  const fail = (error: unknown) => {
    throw error;
  };
  const upkeep = new Upkeep({ store: storedUpkeep(async () => store), models: () => [model], onFailed: fail });
  await upkeep.run(now);
  const [batch, ...others] = await store.batches.list("homes");
  expect(others).toEqual([]);
  expect(batch).toMatchObject({ source: INFERENCE_LOG_SOURCE, format: "jsonl", state: "received" });
  const lines = new TextDecoder()
    .decode(await store.objects.get(batch!.object))
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { bed: 1, house_size: null, status: null, city: null, sale_price: 11 },
    { bed: 2, house_size: 900, status: null, city: null, sale_price: 22 },
  ]);
  expect((await store.inferences.list({ pipeline: "homes" })).map(({ request }) => request)).toEqual(["new"]);
  await upkeep.run(now);
  expect(await store.batches.list("homes")).toHaveLength(1);
});

it("does nothing where the pipeline says nothing, or while another process does it", async () => {
  await answered("kept", 400);
  const plain = await served({});
  const quiet = new Upkeep({ store: storedUpkeep(async () => store), models: () => [plain], onFailed: () => {} });
  await quiet.run(now);
  const locks = await store.openLocks();
  await locks.lock("upkeep homes");
  const short = await served({ keepDays: 1 });
  const strict = new Upkeep({
    store: storedUpkeep(async () => store),
    models: () => [short],
    onFailed: () => {},
  });
  await strict.run(now);
  expect(await store.inferences.list({ request: "kept" })).toHaveLength(1);
  await locks.close();
  await strict.run(now);
  expect(await store.inferences.list({ request: "kept" })).toHaveLength(0);
});
