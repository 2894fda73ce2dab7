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
  type Pipeline,
  pipeline,
  setting,
  shuffled,
} from "@atalaya/define";
import { openRegistry } from "@atalaya/registry";
import { openStore, type Store, sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { carryOutTask, openRunner, type RunEvent, type TaskLauncher } from "../index.js";
import { outlast } from "./outlast.js";

let home: string;
let store: Store;
/** What a step of the pipeline does besides. */
let disturb: () => Promise<void> = async () => {};

const homes = dataset("homes", { price: column.number({ unit: "USD", min: 1 }), size: column.number({ unit: "m²" }) });
const made: unknown = pipeline("homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0 })
  .keepInTables()
  .step("disturbed", async (rows) => {
    await disturb();
    return rows;
  })
  .features(homes.features({ target: "price" }))
  .split(shuffled({ test: 0.2, validation: 0.2, seed: 7 }))
  .train({ seed: 7 }, gradientBoosting({ trees: 10 }))
  .evaluate({ metrics: ["rmse", "r2"] })
  .gate(atLeast("r2", 0.1))
  .promote("production");
const pipelines = new Map<string, Pipeline>();
if (isPipeline(made)) pipelines.set("homes", made);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-outlast-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  const rows = Array.from({ length: 200 }, (_, row) => `${50_000 + (row % 90) * 1_000 + (row % 7)},${20 + (row % 90)}`);
  writeFileSync(join(home, "homes.csv"), `price,size\n${rows.join("\n")}\n`);
  store = await openStore({ home, databaseUrl: null, s3: null });
}, 60_000);
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** As a restart does it: every session ends, whatever it is about. */
async function endSessions(): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`.execute(
    store.database,
  );
}

const address = (): { url: string } => ({ url: join(home, "homes.csv") });

/** Each step by its row alone, as in another process. */
const elsewhere: TaskLauncher = {
  launch: async ({ key }, watcher) => {
    watcher.lastLine();
    const signal = new AbortController().signal;
    const options = { loadPipelines: async () => pipelines, address, openAddresses: async () => {}, print: () => {}, signal };
    await carryOutTask({ store, registry: openRegistry(store) }, options, key);
    return { failure: null };
  },
  removeRun: async () => {},
  sweep: async () => [],
  close: async () => {},
};

test.each(["inline", "process"] as const)(
  "steps %s: sessions that all end cost neither the run nor the next one",
  async (executor) => {
    const events: RunEvent[] = [];
    const registry = openRegistry(store);
    const runner = await openRunner(
      { store, registry },
      { pipelines, address, onEvent: (event) => events.push(event), executor, launchers: { process: elsewhere } },
    );
    try {
      disturb = async () => {};
      const undisturbed = await runner.run("homes");
      let times = 0;
      disturb = async () => {
        if (times++ > 0) return;
        await endSessions();
        // As a query does that was under way.
        await sql`select pg_terminate_backend(pg_backend_pid())`.execute(store.database);
      };
      const disturbed = await runner.run("homes");
      expect([disturbed.model, disturbed.version, disturbed.verdict]).toEqual([undisturbed.model, 1, "promoted"]);
      expect(times).toBe(2);
      disturb = async () => {};
      expect((await runner.run("homes")).model).toBe(undisturbed.model);
      expect((await store.runs.list({ pipeline: "homes" })).every(({ state }) => state === "done")).toBe(true);
      const { rows } = await sql<{ raw: number }>`select count(*)::int as raw from atalaya.raw_data`.execute(store.database);
      expect(rows).toEqual([{ raw: 200 }]);
    } finally {
      await runner.close();
    }
  },
  60_000,
);

test("any other error is thrown at once, and nobody waits after the signal", async () => {
  let times = 0;
  const signal = new AbortController().signal;
  const fail = (error: Error) => async (): Promise<never> => {
    times++;
    throw error;
  };
  await expect(outlast(store, fail(new Error("a bug")), { signal })).rejects.toThrow("a bug");
  const away = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  await expect(outlast(store, fail(away), { signal: AbortSignal.abort() })).rejects.toBe(away);
  expect(times).toBe(2);
});
