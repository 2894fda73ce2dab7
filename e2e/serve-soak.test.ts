import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openRegistry, type Registry } from "@atalaya/registry";
import { openBundle } from "@atalaya/serve";
import { openStore, type Store, sql } from "@atalaya/store";
import { expect, test } from "vitest";
import { writeHomes } from "../bench/serving/homes.mjs";
import { trainHomes } from "../bench/serving/model.mjs";
import { start, until } from "./command.js";
import { switchFor } from "./database-switch.js";
import { startUsers } from "./users.js";

/** SOAK_MINUTES=10 is the long form, which holds for a machine that does nothing else. */
const SECONDS = 60 * Number(process.env["SOAK_MINUTES"] ?? 1);
const IS_LONG = SECONDS >= 600;
const CAPACITY_SHARE = 0.7;
const CALIBRATION_MS = 5_000;
const SWAP_MS = 5_000;
const USERS = 100;
/** Of the short form, on any machine; the long one takes a share of what the machine can. */
const PAUSE_MS = 60;
/**
 * V8 lets a heap grow to several times what is in use before it cleans up, which takes half a minute here: a minute would see
 * whatever part of that it meets. With a bound it cleans up every few seconds, and a leak stops the server.
 */
const NODE_FLAGS = IS_LONG ? [] : ["--max-old-space-size=64"];

interface Answer {
  readonly id: string;
  readonly version: number;
  readonly prediction: { readonly value: number };
}

test("models are swapped, PostgreSQL goes and comes back: nothing fails, mixes or is lost", {
  timeout: SECONDS * 1000 + 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-soak-"));
  // Root runs PostgreSQL as another account, who must be able to enter.
  chmodSync(folder, 0o755);
  const store = await openStore({ home: join(folder, "database"), databaseUrl: null, s3: null });
  const database = await switchFor(store.databaseUrl);
  const home = join(folder, "serving");
  mkdirSync(home);
  const registry = openRegistry(store);
  const { csv, bodies: file } = writeHomes(folder);
  const bodies = readFileSync(file, "utf8").trimEnd().split("\n");
  // The server reads its models from this home and its facts through the switch.
  const own = await openStore({ home, databaseUrl: database.url, s3: null });
  const expected = new Map<number, readonly number[]>();
  for (const trees of [100, 99]) {
    const bytes = trainHomes(csv, trees);
    const version = await register(own, registry, bytes);
    const model = openBundle(bytes);
    expected.set(
      version,
      bodies.map((body) => (model.predict(model.read([JSON.parse(body)]).frame)[0] as { value: number }).value),
    );
  }
  await own.close();
  await promote(registry, 1);
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const url = `http://127.0.0.1:${port}`;
  const server = start(["serve", "homes", "--port", String(port)], {
    home,
    env: { DATABASE_URL: database.url },
    nodeFlags: NODE_FLAGS,
  });
  try {
    await until(server, 60_000, () =>
      fetch(`${url}/ready`).then(
        ({ ok }) => (ok ? true : null),
        () => null,
      ),
    );
    const counts = { answered: 0, failed: 0, mixed: 0, byVersion: new Map<number, number>() };
    const ids = new Set<string>();
    const times: number[] = [];
    const problems = new Set<string>();
    const pauseMs = IS_LONG ? await pauseFor(`${url}/predict`, bodies, ids) : PAUSE_MS;
    const calibrated = ids.size;
    const users = startUsers({
      url: `${url}/predict`,
      users: USERS,
      pauseMs,
      bodies,
      onAnswer: ({ status, body, row, milliseconds }) => {
        times.push(milliseconds);
        if (status !== 200) {
          counts.failed++;
          problems.add(body.slice(0, 300));
          return;
        }
        const { id, version, prediction } = JSON.parse(body) as Answer;
        counts.answered++;
        ids.add(id);
        counts.byVersion.set(version, (counts.byVersion.get(version) ?? 0) + 1);
        if (expected.get(version)?.[row] !== prediction.value) counts.mixed++;
      },
      onFailed: (error) => {
        counts.failed++;
        problems.add(String(error));
      },
    });
    const memory: number[] = [];
    const begun = Date.now();
    let swaps = 0;
    let isOff = false;
    while (Date.now() - begun < SECONDS * 1000) {
      await sleep(1_000);
      memory.push(residentMebibytes(server.child.pid ?? 0));
      const share = (Date.now() - begun) / (SECONDS * 1000);
      const shouldBeOff = share > 0.4 && share < 0.6;
      if (shouldBeOff !== isOff) {
        isOff = shouldBeOff;
        database.turn(!isOff);
      }
      if (Date.now() - begun > (swaps + 1) * SWAP_MS) await promote(registry, (++swaps % 2) + 1);
    }
    await users.stop();
    const logged = await untilLogged(store, ids.size);
    const third = Math.floor(memory.length / 3);
    const figures = {
      ...counts,
      pauseMs,
      byVersion: Object.fromEntries(counts.byVersion),
      swaps,
      logged,
      perSecond: Math.round(counts.answered / SECONDS),
      p99: quantile(times, 0.99).toFixed(1),
      residentByTenth: tenths(memory),
      residentMiddle: mean(memory.slice(third, 2 * third)).toFixed(1),
      residentLast: mean(memory.slice(2 * third)).toFixed(1),
    };
    console.log(JSON.stringify(figures));
    expect([...problems]).toEqual([]);
    expect(counts).toMatchObject({ failed: 0, mixed: 0 });
    expect(counts.byVersion.size).toBe(2);
    expect(ids.size).toBe(counts.answered + calibrated);
    expect(logged).toEqual({ requests: ids.size, rows: ids.size });
    expect(Number(figures.residentLast)).toBeLessThan(Number(figures.residentMiddle) * (IS_LONG ? 1.05 : 1.1));
    if (IS_LONG) expect(Number(figures.p99)).toBeLessThanOrEqual(25);
  } finally {
    server.child.kill("SIGINT");
    await server.finished;
    await database.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function register(store: Store, registry: Registry, bytes: Uint8Array): Promise<number> {
  const bundle = await store.objects.put("models", { pipeline: "homes", name: "model", extension: "atalaya" }, bytes);
  const { version } = await registry.registerVersion({
    pipeline: "homes",
    hash: bundle.sha256,
    bundle,
    run: null,
    verdict: "passed",
    reasons: [],
    metrics: {},
    datasetReference: null,
    parameters: {},
    signature: {},
  });
  return version;
}

/** The pause at which the users ask for their share of what they get without one. */
async function pauseFor(url: string, bodies: readonly string[], ids: Set<string>): Promise<number> {
  let answered = 0;
  const users = startUsers({
    url,
    users: USERS,
    pauseMs: 0,
    bodies,
    onAnswer: ({ status, body }) => {
      if (status !== 200) return;
      answered++;
      ids.add((JSON.parse(body) as Answer).id);
    },
    onFailed: (error) => {
      throw error;
    },
  });
  await sleep(CALIBRATION_MS);
  await users.stop();
  return (USERS * CALIBRATION_MS) / answered / CAPACITY_SHARE;
}

async function promote(registry: Registry, version: number): Promise<void> {
  await registry.promote({ pipeline: "homes", version, alias: "production", why: "soak", who: "test" });
}

/** The log is written after the answers: half a minute is more than its longest pause between tries. */
async function untilLogged(store: Store, wanted: number): Promise<{ requests: number; rows: number }> {
  for (let wait = 0; ; wait++) {
    const { rows } = await sql<{ requests: number; rows: number }>`
      select count(distinct request)::int as requests, count(*)::int as rows from atalaya.inference_logs`.execute(store.database);
    const found = rows[0] ?? { requests: 0, rows: 0 };
    if (found.requests >= wanted || wait === 60) return found;
    await sleep(500);
  }
}

/** Means of ten equal parts, in their order. */
function tenths(values: readonly number[]): number[] {
  const part = (tenth: number) =>
    values.slice(Math.floor((tenth * values.length) / 10), Math.floor(((tenth + 1) * values.length) / 10));
  return Array.from({ length: 10 }, (_, tenth) => Math.round(mean(part(tenth))));
}

function residentMebibytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
