import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kolmogorovSmirnov, populationStabilityIndex, sketchColumn } from "../../packages/learn/dist/index.js";
import { drawColumns } from "./columns.mjs";
import { cpuSeconds, runPeer } from "./python.mjs";

const REFERENCE_ROWS = 290_000;
const REPEATS = 3;

/**
 * KS and PSI of 20 columns against a reference of 290,000 rows, in CPU seconds. Both sides are given the reference as it is,
 * and have its decile edges before.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measureDrift({ repository, python, say, skip }) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-drift-"));
  try {
    const reference = drawColumns(REFERENCE_ROWS, 1);
    const sketches = reference.map((values, column) => sketchColumn(`f${column}`, { kind: "number", values }));
    writeColumns(join(folder, "reference"), reference);
    for (const rows of [15_000, 1_000_000]) {
      say(`drift of 20 columns, ${rows} rows …`);
      const current = drawColumns(rows, 2, 0.05);
      const ours = await cpuSeconds(REPEATS, () =>
        current.map((values, column) => {
          const sketch = sketches[column];
          if (sketch === undefined) throw new Error("no sketch");
          const { psi } = populationStabilityIndex(sketch, { kind: "number", values });
          return { ...kolmogorovSmirnov(reference[column] ?? values, values), psi };
        }),
      );
      const name = `KS and PSI, 20 columns, ${rows.toLocaleString("en-US")} rows, CPU`;
      if (python === null) {
        skip(`SciPy beside ${name}`, "BENCH_PYTHON names no interpreter");
        yield { name, ours: ours.seconds, unit: "s" };
        continue;
      }
      writeColumns(join(folder, "current"), current);
      const files = [join(folder, "reference"), join(folder, "current")];
      const theirs = runPeer(python, [join(repository, "bench/peers/drift.py"), ...files, "20", String(REPEATS)]);
      const gap = Math.max(...ours.result.map(({ distance }, column) => Math.abs(distance - theirs.distances[column])));
      if (gap > 1e-12) throw new Error(`the distances differ by ${gap}`);
      yield { name, ours: ours.seconds, unit: "s", peer: "scipy, numpy", theirs: theirs.cpu, limit: 0.35 };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {readonly Float64Array[]} columns
 */
function writeColumns(file, columns) {
  writeFileSync(file, Buffer.concat(columns.map(({ buffer }) => new Uint8Array(buffer))));
}
