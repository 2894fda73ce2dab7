// Trains models of every kind and prints the hashes of their bytes as JSON. tools/same-bytes.mjs runs it on several engines.
import { createHash } from "node:crypto";
import { encodeBundle } from "@atalaya/learn";
import { createFitPool } from "@atalaya/learn/threads";
import { createEngine } from "../../packages/learn/dist/kernels/load-kernels.js";
import { homes, ownModels, sharedFits } from "./own-models.mjs";

/**
 * @import { TreeEnsemble } from "@atalaya/learn"
 */

const ROWS = 30_000;
const THREADS = [1, 2, 3, 7];

/** @type {Record<string, string>} */
const hashes = {};
const { kind } = createEngine();
for (const [name, bundle] of ownModels()) hashes[name] = createHash("sha256").update(encodeBundle(bundle)).digest("hex");

const fits = sharedFits(homes(ROWS, 5));
// Threads share a fit only where there are kernels; the twin is one thread.
for (const threads of kind === "twin" ? [1] : THREADS) {
  const pool = createFitPool(threads);
  for (const [name, { specification, data }] of Object.entries(fits)) {
    const { trees } = await pool.fit(specification, data, { seed: 7 });
    hashes[`${name}, ${threads} thread(s)`] = hashOf(trees);
  }
  await pool.close();
}
process.stdout.write(`${JSON.stringify({ node: process.version, kernels: kind, hashes })}\n`);

/** @param {TreeEnsemble} trees */
function hashOf(trees) {
  const hash = createHash("sha256");
  for (const part of Object.values(trees)) {
    if (ArrayBuffer.isView(part))
      hash.update(new Uint8Array(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength)));
  }
  return hash.digest("hex");
}
