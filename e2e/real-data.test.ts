import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lastJson, repository, run, start, until, withHome } from "./command.js";
import type { RunResult } from "./run-result.js";

const data = join(repository, "../shared/data");
const absent = existsSync(data) ? false : "../shared/data is not here";

/** Starts the source of listings over a file and gives its address to `work`. */
async function withSource<Result>(
  file: string,
  rows: number,
  home: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const source = start(["source", file, "--rows", String(rows), "--port", "0"], { home });
  try {
    const url = await until(source, 60_000, () =>
      Promise.resolve(/http:\/\/[\d.]+:\d+(\/\w+)?/.exec(source.output())?.[0] ?? null),
    );
    return await work(url);
  } finally {
    source.child.kill("SIGTERM");
    await source.finished;
  }
}

async function runListings(file: string, rows: number, home: string): Promise<RunResult> {
  return withSource(file, rows, home, async (url) => {
    const finished = await run(["run", "house-prices", "--json"], { home, env: { LISTINGS_URL: url } });
    return lastJson<RunResult>(finished);
  });
}

describe.skipIf(absent)(`real data${absent ? ` (${absent})` : ""}`, () => {
  test("house prices: 110,101 distinct realtor rows, split by property", { timeout: 600_000 }, () =>
    withHome(async (home) => {
      const result = await runListings(join(data, "realtor/realtor-data.distinct110k.parquet"), 15_000, home);
      console.log(JSON.stringify(result));
      expect(result.rows.read).toBe(110_101);
      expect(result.rows.accepted + result.rows.quarantined).toBe(result.rows.read);
      expect(result.verdict).toBe("promoted");
      // Untuned LightGBM reaches 0.742, 236,306 and 558,086 on a split of the same kind.
      expect(result.metrics["r2"]).toBeGreaterThanOrEqual(0.745);
      expect(result.metrics["mae"]).toBeLessThanOrEqual(232_000);
      expect(result.metrics["rmse"]).toBeLessThanOrEqual(555_000);
    }),
  );

  test("house prices: a truncated upload keeps its rows and quarantines the last line", { timeout: 300_000 }, () =>
    withHome(async (home) => {
      const result = await runListings(join(data, "realtor/realtor-v2-12col.truncated.csv.gz"), 15_000, home);
      console.log(JSON.stringify(result));
      expect(result.rows.accepted + result.rows.quarantined).toBe(result.rows.read);
      expect(result.rows.quarantined).toBeGreaterThan(0);
    }),
  );

  test("readmission: 101,766 encounters, split by patient, two tunings side by side", { timeout: 1_800_000 }, () =>
    withHome(async (home) => {
      const file = join(data, "diabetes-130/diabetic_data.csv.gz");
      const result = await withSource(file, 15_000, home, async (url) =>
        lastJson<RunResult>(await run(["run", "readmission", "--json"], { home, env: { ENCOUNTERS_URL: url } })),
      );
      console.log(JSON.stringify(result));
      expect(result.rows).toEqual({ read: 101_766, accepted: 101_766, quarantined: 0 });
      // Untuned XGBoost reaches 0.670 within 30 days on a split by patient.
      expect(result.metrics["auroc"]).toBeGreaterThanOrEqual(0.685);
      expect(result.metrics["auroc(<30)"]).toBeGreaterThanOrEqual(0.67);
    }),
  );

  test("NSL-KDD: all columns reach AUROC 0.94, three features do not, and both are reported", { timeout: 300_000 }, () =>
    withHome(async (home) => {
      const folder = mkdtempSync(join(tmpdir(), "atalaya-nsl-"));
      try {
        const env = {
          NSL_KDD_TRAIN: join(data, "nsl-kdd/KDDTrain+.parquet"),
          NSL_KDD_TEST: join(data, "nsl-kdd/KDDTest+.parquet"),
        };
        const project = join(repository, "applications/network-anomalies");
        const all = await run(["run", "nsl-kdd", "--project", project, "--json"], { home, env });
        const result = lastJson<RunResult>(all);
        console.log(JSON.stringify(result));
        expect(result.metrics["auroc"]).toBeGreaterThanOrEqual(0.94);
        expect(result.rows).toEqual({ read: 125_973, accepted: 125_973, quarantined: 0 });
        const three = await run(["run", "nsl-kdd-three-features", "--project", project, "--json"], { home, env });
        const weak = lastJson<RunResult>(three);
        console.log(JSON.stringify(weak));
        // scikit-learn reaches 0.85 to 0.89 by seed on these three: reported as it is, and refused by its gate with exit code 3.
        expect(weak.metrics["auroc"]).toBeGreaterThan(0.8);
        expect(weak.metrics["auroc"]).toBeLessThan(0.92);
        expect(weak.verdict).toBe("refused");
        expect(three.code).toBe(3);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
  );

  test.each(["zat.conn.log", "zat.conn.json.log", "brobeat.conn.log.gz"])(
    "network anomalies read %s",
    { timeout: 120_000 },
    (file) =>
      withHome(async (home) => {
        const finished = await run(["run", "network-anomalies", "--json"], {
          home,
          env: { EVENT_LAKE: join(data, "zeek", file) },
        });
        const result = lastJson<RunResult>(finished);
        console.log(JSON.stringify(result));
        expect(result.rows.read).toBeGreaterThan(0);
        expect(result.rows.accepted + result.rows.quarantined).toBe(result.rows.read);
        expect(result.metrics["auroc"]).toBeNull();
      }),
  );
});
