// node bench/serving/server.mjs BUNDLE: serves one pipeline on a free port and says where on standard output. With
// DATABASE_URL, what it answers is logged there.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { startPredictionServer, storedPredictions } from "@atalaya/serve";
import { openStore } from "@atalaya/store";

const bytes = new Uint8Array(readFileSync(process.argv[2] ?? ""));
const hash = createHash("sha256").update(bytes).digest("hex");
const databaseUrl = process.env.DATABASE_URL ?? null;
const store = databaseUrl === null ? null : await openStore({ home: process.argv[3] ?? ".", databaseUrl, s3: null });
const server = await startPredictionServer({
  host: "127.0.0.1",
  port: 0,
  pipelines: ["homes"],
  models: {
    load: async () => ({ version: 1, hash, bytes, metrics: {} }),
    versionOf: async () => 1,
    onChange: async () => async () => {},
  },
  ...(store === null ? {} : { predictionSink: storedPredictions(store) }),
});
process.stdout.write(`${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
process.once("SIGTERM", async () => {
  await server.close();
  await store?.close();
});
