import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { lastJson, type Running, repository, run, start, until, withHome } from "./command.js";
import { type Ledger, readLedger } from "./soak/ledger.js";

/** How long batches keep coming; the hour is SOAK_MINUTES=60. */
const MINUTES = Number(process.env["SOAK_MINUTES"] ?? 10);
const BATCHES = 20;
const FAULTS = ["--fail-rate", "0.15", "--truncate", "0.1", "--duplicate", "0.15"];

const sample = (path: string): string => join(repository, "applications", path);
const textOf = (path: string): string => gunzipSync(readFileSync(sample(path))).toString("utf8");
const rowsOf = (text: string): number => text.trimEnd().split("\n").length - 1;

interface Source {
  readonly running: Running;
  readonly url: string;
}

/** Replays a sample with faults; another batch is there from time to time, over most of the test. */
async function replay(home: string, file: string, rows: number, drift: readonly string[]): Promise<Source> {
  const every = String(Math.max(1, Math.round((MINUTES * 60 * 0.8) / BATCHES)));
  const words = ["source", sample(file), "--rows", String(Math.ceil(rows / BATCHES)), "--port", "0"];
  const moves = drift.flatMap((move) => ["--drift", move]);
  const running = start([...words, ...moves, "--delay", "20", "--every", every, ...FAULTS], { home });
  const url = await until(running, 60_000, () => Promise.resolve(/http:\/\/[\d.]+:\d+\/\w+/.exec(running.output())?.[0] ?? null));
  return { running, url };
}

/** Files of flows that come one after the other, each at once as a whole. */
async function dropFlows(folder: string, signal: AbortSignal): Promise<number> {
  const lines = textOf("network-anomalies/sample/flows/conn.log.labeled.gz").split("\n");
  const head = lines.filter((line) => line.startsWith("#") && !line.startsWith("#close"));
  const flows = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const size = Math.ceil(flows.length / BATCHES);
  for (let batch = 0; batch < BATCHES && !signal.aborted; batch++) {
    const rows = flows.slice(batch * size, (batch + 1) * size);
    const path = join(folder, `conn-${String(batch).padStart(3, "0")}.log.labeled`);
    writeFileSync(`${path}.tmp`, `${[...head, ...rows].join("\n")}\n`);
    renameSync(`${path}.tmp`, path);
    await wait((MINUTES * 60_000 * 0.7) / BATCHES, undefined, { signal }).catch(() => {});
  }
  return flows.length;
}

test(
  `${MINUTES} minutes of three pipelines, a source with faults, three kill -9: every count adds up`,
  {
    timeout: (MINUTES * 2 + 20) * 60_000,
  },
  () =>
    withHome(async (home) => {
      const lake = join(home, "..", "flows");
      mkdirSync(lake, { recursive: true });
      const sent = {
        "soak-houses": rowsOf(textOf("house-prices/sample/king-county.csv.gz")),
        "soak-readmission": rowsOf(textOf("readmission/sample/diabetes-130.csv.gz")),
      };
      // The last batch of listings costs two hundred times too much: no row of it keeps the contract, and it is refused whole.
      const listings = await replay(home, "house-prices/sample/king-county.csv.gz", sent["soak-houses"], [
        "house_size=+30%@0.5",
        "price=x200@0.95",
      ]);
      const stays = await replay(home, "readmission/sample/diabetes-130.csv.gz", sent["soak-readmission"], [
        "num_medications=x2@0.6",
      ]);
      const port = 20_000 + Math.floor(Math.random() * 10_000);
      const env = { SOAK_LISTINGS: listings.url, SOAK_ENCOUNTERS: stays.url, SOAK_FLOWS: lake };
      const project = join(repository, "e2e/soak");
      const up = (): Running => start(["up", "--project", project, "--port", String(port), "--every", "2"], { home, env });
      const stop = new AbortController();
      const dropping = dropFlows(lake, stop.signal);
      let running = up();
      try {
        const began = Date.now();
        for (let kill = 1; kill <= 3; kill++) {
          await wait(began + (kill * MINUTES * 60_000) / 4 - Date.now());
          expect([kill, running.child.exitCode]).toEqual([kill, null]);
          running.child.kill("SIGKILL");
          await running.finished;
          running = up();
        }
        const total = { ...sent, "soak-anomalies": await dropping };
        const isReady = () =>
          fetch(`http://127.0.0.1:${port}/ready`)
            .then((response) => response.ok || null)
            .catch(() => null);
        await until(running, 240_000, isReady);
        await until(running, (MINUTES + 10) * 60_000, async () => ((await hasAll(home, total)) ? true : null));
        for (const name of Object.keys(total)) {
          const described = await fetch(`http://127.0.0.1:${port}/v1/pipelines/${name}`);
          expect([name, described.status]).toEqual([name, 200]);
        }
        running.child.kill("SIGINT");
        expect((await running.finished).code).toBe(0);
        const ledger = await readLedger(home);
        console.log(JSON.stringify(ledger, null, 1));
        judge(ledger, total);
      } finally {
        stop.abort();
        for (const each of [running, listings.running, stays.running]) each.child.kill("SIGKILL");
        await Promise.all([running, listings.running, stays.running].map(({ finished }) => finished));
      }
    }),
);

/** True when every row that was sent has been judged, as the list of runs says while the platform goes on. */
async function hasAll(home: string, total: Readonly<Record<string, number>>): Promise<boolean> {
  await wait(10_000);
  const project = join(repository, "e2e/soak");
  for (const [name, rows] of Object.entries(total)) {
    const finished = await run(["runs", name, "--limit", "5", "--project", project, "--json"], { home });
    if (finished.code !== 0) return false;
    const runs = lastJson<readonly { readonly rows: number | null }[]>(finished);
    if (!runs.some((each) => each.rows === rows)) return false;
  }
  return true;
}

function judge(ledger: Ledger, total: Readonly<Record<string, number>>): void {
  for (const [name, rows] of Object.entries(total)) {
    const of = ledger.pipelines[name];
    expect([name, of?.read, of?.rawRows]).toEqual([name, rows, rows]);
    expect([name, (of?.accepted ?? 0) + (of?.quarantined ?? 0), of?.quarantineRows]).toEqual([name, rows, of?.quarantined]);
    expect([name, of?.versions]).toEqual([name, (of?.promoted ?? 0) + (of?.refused ?? 0)]);
    expect([name, (of?.versions ?? 0) > 1]).toEqual([name, true]);
    // A run that a schedule began when the platform was told to stop goes on at the next start.
    const unfinished = of?.unfinishedRuns ?? 0;
    expect([name, unfinished <= 1]).toEqual([name, true]);
    const undecided = (of?.decidedRuns ?? 0) + unfinished - (of?.decisions ?? 0);
    expect([name, undecided === 0 || undecided === unfinished]).toEqual([name, true]);
  }
  expect(ledger.pipelines["soak-houses"]?.quarantined).toBeGreaterThan(500);
  expect(ledger.stepsRecordedTwice).toBeLessThanOrEqual(3);
  expect(ledger.batchesTakenTwice).toBe(0);
}
