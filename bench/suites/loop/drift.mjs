import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kolmogorovSmirnov, populationStabilityIndex, sketchColumn } from "../../../packages/learn/dist/index.js";
import { inSeconds, inTurn, startPeer } from "../../answers/peer.mjs";
import { drawColumns } from "../../loop/columns.mjs";
import { pipelinePython } from "../../loop/pipeline-python.mjs";

const REFERENCE_ROWS = 290_000;
const COLUMNS = 20;
const LIMIT = 0.35;
const EVIDENTLY_LIMIT = 0.05;
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

/**
 * KS and PSI of 20 columns against a reference of 290,000 rows. Both sides are given the reference as it is and have its
 * decile edges before; the distances have to agree before anything is timed. Evidently's preset chooses its own statistics.
 *
 * @param {import("../../../tools/bench.mjs").Bench} bench
 */
export async function* measure(bench) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bench-drift-"));
  try {
    const reference = drawColumns(REFERENCE_ROWS, 1);
    writeColumns(join(folder, "reference"), reference);
    const sketches = reference.map((values, column) => sketchColumn(`f${column}`, { kind: "number", values }));
    for (const rows of [15_000, 1_000_000]) {
      const current = drawColumns(rows, 2, 0.05);
      writeColumns(join(folder, "current"), current);
      const ours = () =>
        current.map((values, column) => {
          const { distance, chance } = kolmogorovSmirnov(reference[column] ?? values, values);
          const sketch = sketches[column];
          if (sketch === undefined) throw new Error("no sketch");
          return { distance, chance, psi: populationStabilityIndex(sketch, { kind: "number", values }).psi };
        });
      const name = `KS and PSI, ${COLUMNS} columns, ${rows.toLocaleString("en-US")} rows`;
      yield* besideScipy(bench, folder, name, ours);
      yield* besideEvidently(bench, folder, name, ours);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @typedef {() => { distance: number }[]} Ours */

/**
 * @param {import("../../../tools/bench.mjs").Bench} bench
 * @param {string} folder
 * @param {string} name
 * @param {Ours} ours
 */
async function* besideScipy({ repository, python, say, skip }, folder, name, ours) {
  if (python === null) return skip(`SciPy beside ${name}`, "no Python with the peers");
  const peer = startPeer(python, [join(repository, "bench/peers/drift.py"), folder, String(COLUMNS)]);
  try {
    say(`${name}: SciPy and numpy …`);
    await peer.ask("prepare_reference");
    await peer.ask("prepare_current");
    const { distances } = await peer.ask("ks_psi");
    const gap = Math.max(...ours().map(({ distance }, column) => Math.abs(distance - distances[column])));
    if (!(gap <= 1e-12)) throw new Error(`the distances differ by ${gap}`);
    yield* inSeconds(name, "SciPy, numpy", await inTurn(ours, () => peer.ask("ks_psi"), rounds), LIMIT);
  } finally {
    await peer.close();
  }
}

/**
 * @param {import("../../../tools/bench.mjs").Bench} bench
 * @param {string} folder
 * @param {string} name
 * @param {Ours} ours
 */
async function* besideEvidently(bench, folder, name, ours) {
  const python = await pipelinePython(bench, `Evidently beside ${name}`);
  if (python === null) return;
  const peer = startPeer(python, [join(bench.repository, "bench/peers/drift.py"), folder, String(COLUMNS)]);
  try {
    bench.say(`${name}: Evidently …`);
    for (const what of ["prepare_reference", "prepare_current", "prepare_evidently"]) await peer.ask(what);
    yield* inSeconds(name, "Evidently preset", await inTurn(ours, () => peer.ask("evidently"), 1), EVIDENTLY_LIMIT);
  } finally {
    await peer.close();
  }
}

/**
 * @param {string} file
 * @param {readonly Float64Array[]} columns
 */
function writeColumns(file, columns) {
  writeFileSync(file, Buffer.concat(columns.map(({ buffer }) => new Uint8Array(buffer))));
}
