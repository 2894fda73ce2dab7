// node bench/serving/server.mjs BUNDLE STATE: serves one pipeline on a free port and says where on standard output. With
// DATABASE_URL, what it answers is logged there.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { startPredictionServer, storedPredictions } from "@atalaya/serve";

const [, , file = "", stateDirectory = ""] = process.argv;
const bytes = new Uint8Array(readFileSync(file));
const hash = createHash("sha256").update(bytes).digest("hex");
const databaseUrl = process.env.DATABASE_URL ?? null;
const store = databaseUrl === null ? null : await openStoreAt(databaseUrl);
const server = await startPredictionServer({
  host: "127.0.0.1",
  port: 0,
  pipelines: ["homes"],
  models: {
    load: async () => ({ version: 1, hash, bytes, metrics: {} }),
    versionOf: async (_pipeline, alias) => (alias === "production" ? 1 : null),
    onChange: async () => async () => {},
  },
  bodyBytes: 64 * 1024 * 1024,
  ...(store === null ? {} : { predictionSink: storedPredictions(store), stateDirectory }),
});
process.stdout.write(`${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
process.once("SIGTERM", async () => {
  await server.close();
  await store?.close();
});

/** @param {string} url */
async function openStoreAt(url) {
  const { openStore } = await import("@atalaya/store");
  return openStore({ home: stateDirectory, databaseUrl: url, s3: null });
}
