import { connect } from "node:net";
import { expect, it } from "vitest";
import type { PredictionRecord } from "../prediction-log/prediction-record.js";
import { encodeLinear, openLinear } from "../test/linear-model.js";
import { MemoryModels } from "../test/memory-models.js";
import { startPredictionServer } from "./server.js";

async function started(written: PredictionRecord[] = []) {
  const models = new MemoryModels();
  models.store("house-prices", 1, encodeLinear({ factor: 10 }));
  models.promote("house-prices", 1);
  const predictionSink = { write: async (records: readonly PredictionRecord[]) => void written.push(...records) };
  return startPredictionServer({
    models,
    open: openLinear,
    pipelines: ["house-prices"],
    host: "127.0.0.1",
    port: 0,
    predictionSink,
  });
}

it("listens on a free port and says its address", async () => {
  const server = await started();
  const response = await fetch(`${server.url}/health`);
  expect(await response.json()).toMatchObject({ status: "ok" });
  await server.close();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});

it("says so when the port is taken, and leaves nothing open", async () => {
  const server = await started();
  const again = startPredictionServer({
    models: new MemoryModels(),
    open: openLinear,
    pipelines: [],
    host: "127.0.0.1",
    port: server.port,
  });
  await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" });
  await server.close();
});

it("answers a request that has begun, then closes, and its log is written", async () => {
  const written: PredictionRecord[] = [];
  const server = await started(written);
  const body = JSON.stringify({ bed: 4 });
  const head = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  let answer = "";
  const answered = new Promise<void>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write(head + body.slice(0, 4));
      setTimeout(() => {
        void server.close();
        setTimeout(() => socket.write(body.slice(4)), 50);
      }, 50);
    });
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("close", () => resolve());
  });
  await answered;
  await server.close();
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain('"value":1040');
  expect(written).toMatchObject([
    { pipeline: "house-prices", version: 1, rows: 1, inputs: '[{"bed":4}]', answers: '[{"value":1040,"unit":"USD"}]' },
  ]);
  expect(written[0]!.latencyMs).toBeGreaterThan(0);
});
