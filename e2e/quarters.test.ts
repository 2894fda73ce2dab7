import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readParquet, writeParquet } from "../packages/ingest/dist/index.js";
import { selectRows } from "../packages/learn/dist/index.js";
import { openStore } from "../packages/store/dist/index.js";
import { lastJson, repository, run, withHome } from "./command.js";
import type { RunResult } from "./run-result.js";

const sample = join(repository, "../shared/data/realtor/realtor-data.sample362k.parquet");
const absent = existsSync(sample) ? false : "../shared/data is not here";
const COLUMNS = ["status", "price", "bed", "bath", "acre_lot", "city", "state", "zip_code", "house_size"];

/** Rows of a batch, and the quarter of the file from which each of the ten is drawn. */
const ROWS = 6_000;
const QUARTERS = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3] as const;

/**
 * Ten batches in the order of the file. Those of one quarter are drawn from all of it, so they differ by chance alone; from one
 * quarter to the next another region was scraped.
 */
async function writeBatches(folder: string): Promise<void> {
  const frame = await readParquet(sample, COLUMNS);
  const quarterRows = Math.floor(frame.rowCount / 4);
  const stride = Math.floor(quarterRows / ROWS);
  for (const [batch, quarter] of QUARTERS.entries()) {
    const rows = Uint32Array.from({ length: ROWS }, (_, row) => quarter * quarterRows + row * stride + (batch % stride));
    await writeParquet(selectRows(frame, rows), join(folder, `batch-${batch}.parquet`));
  }
}

describe.skipIf(absent)(`ten realtor batches in file order${absent ? ` (${absent})` : ""}`, () => {
  test.each(["by-index", "by-effect"])(
    "%s trains on the three true shifts and on none of the stationary batches",
    { timeout: 600_000 },
    (name) =>
      withHome(async (home) => {
        const come = join(home, "..", "come");
        mkdirSync(come, { recursive: true });
        await writeBatches(come);
        const project = join(repository, "e2e/quarters");
        const finished = await run(["watch", name, "--project", project, "--json"], { home, env: { QUARTERS: come } });
        const results = lastJson<readonly RunResult[]>(finished);
        const looks = await decisions(home, name);
        console.log(looks.map((look) => JSON.stringify(look)).join("\n"));
        expect(looks.flatMap(({ decision, trigger }, batch) => (decision === "train" ? [[batch, trigger]] : []))).toEqual([
          [0, "no version is live"],
          [3, "drift"],
          [6, "drift"],
          [8, "drift"],
        ]);
        expect(looks.filter(({ decision }) => decision === "wait").map(({ verdict }) => verdict)).toEqual(
          Array(6).fill("stable"),
        );
        expect(results.map(({ verdict }) => verdict).filter((verdict) => verdict !== "waiting")).toEqual(
          Array(4).fill("promoted"),
        );
      }),
  );
});

/** What each look decided, in their order. */
async function decisions(home: string, name: string) {
  const store = await openStore({ home, databaseUrl: null, s3: null });
  try {
    const history = await store.driftHistory.list(name);
    return history
      .reverse()
      .map(({ decision, trigger, verdict, reasons }) => ({ decision, trigger, verdict, reasons: reasons.slice(0, 3) }));
  } finally {
    await store.close();
  }
}
