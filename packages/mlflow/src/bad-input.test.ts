import { readdirSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProtocolServer, startProtocolServer } from "./test/protocol-server.js";

let server: ProtocolServer;
let experiment: string;
const artifacts = "/api/2.0/mlflow-artifacts/artifacts";

beforeAll(async () => {
  server = await startProtocolServer();
  experiment = (await server.send("POST", "experiments/create", { name: "hostile" })).body.experiment_id;
});
afterAll(() => server.close());

async function newRun(): Promise<string> {
  return (await server.send("POST", "runs/create", { experiment_id: experiment, start_time: 1 })).body.run.info.run_id;
}

async function contentOf(run: string) {
  return (await server.get("runs/get", { run_id: run })).body.run.data;
}

const half = "a".repeat(512 * 1024);

/** Sends the head of a request and so much of its body, then goes away. */
function sendPart(path: string, announced: number, sent: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const chunk = Buffer.alloc(1 << 20, 7);
    const socket = createConnection(server.port, "127.0.0.1", () => {
      socket.write(
        `PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: ${announced}\r\n\r\n`,
      );
      let left = sent;
      const goOn = () => {
        while (left > 0) {
          left -= chunk.length;
          if (!socket.write(chunk)) return;
        }
        socket.destroy();
        resolve();
      };
      socket.on("drain", goOn);
      goOn();
    });
    socket.once("error", reject);
  });
}

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("atalaya-artifact-"));

test("a client that goes away after 64 MB of 2 GB leaves nothing: no path, no object, no file", async () => {
  const path = `${artifacts}/9/broken/big.bin`;
  const before = new Set(leftovers());
  await sendPart(path, 2 ** 31, 64 << 20);
  const deadline = Date.now() + 10_000;
  while (leftovers().some((name) => !before.has(name)) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(leftovers().filter((name) => !before.has(name))).toEqual([]);
  expect((await server.get(path)).status).toBe(404);
  const objects: unknown[] = [];
  for await (const object of server.store.objects.list("models")) objects.push(object);
  expect(objects).toEqual([]);
});

test("paths that leave the root are refused in every encoding and by every method", async () => {
  for (const path of [
    "..%2f..%2fetc%2fpasswd",
    "a/..%2f..%2fx",
    "%2e%2e/%2e%2e/x",
    "..%5cx",
    "%252e%252e%252fx",
    "%2fetc%2fpasswd",
    "a%00b",
  ])
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await fetch(`${server.url}${artifacts}/${path}`, { method, ...(method === "PUT" ? { body: "x" } : {}) });
      expect([400, 404], `${method} ${path}`).toContain(answer.status);
    }
  const { rows } = await sql`select from atalaya.artifacts`.execute(server.store.database);
  expect(rows).toEqual([]);
});

test("10,000 tags are kept in batches, and refused as one", async () => {
  const run = await newRun();
  const tags = Array.from({ length: 10_000 }, (_, at) => ({ key: `tag ${at}`, value: `${at}` }));
  const refused = await server.send("POST", "runs/log-batch", { run_id: run, tags });
  expect([refused.status, refused.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
  expect((await contentOf(run)).tags).toHaveLength(1);
  for (let from = 0; from < tags.length; from += 100)
    expect((await server.send("POST", "runs/log-batch", { run_id: run, tags: tags.slice(from, from + 100) })).status).toBe(200);
  expect((await contentOf(run)).tags).toHaveLength(10_001);
});

test("values of a megabyte are cut as MLflow cuts them, and names in any script stay", async () => {
  const run = await newRun();
  const value = half + half;
  expect((await server.send("POST", "runs/set-tag", { run_id: run, key: "größe/漢字", value })).status).toBe(200);
  expect((await server.send("POST", "runs/log-parameter", { run_id: run, key: "long", value })).status).toBe(200);
  const { params, tags } = await contentOf(run);
  expect(params).toEqual([{ key: "long", value: value.slice(0, 6_000) }]);
  expect(tags.find(({ key }: { key: string }) => key === "größe/漢字").value).toHaveLength(8_000);
  const name = await server.send("POST", "experiments/create", { name: value });
  expect([name.status, name.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
});

test("NaN stays, infinities become the largest numbers, and a key that comes twice keeps both points", async () => {
  const run = await newRun();
  const values = ["NaN", "Infinity", "-Infinity", 1.5, 1.5];
  const metrics = values.map((value, step) => ({ key: "m", value, timestamp: 1, step: Math.min(step, 3) }));
  expect((await server.send("POST", "runs/log-batch", { run_id: run, metrics })).status).toBe(200);
  const history = (await server.get("metrics/get-history", { run_id: run, metric_key: "m" })).body.metrics;
  expect(history.map(({ value }: { value: unknown }) => value)).toEqual(["NaN", Number.MAX_VALUE, -Number.MAX_VALUE, 1.5]);
  for (const value of ["1e999x", null, [1], "text"])
    expect(
      (await server.send("POST", "runs/log-metric", { run_id: run, key: "m", value, timestamp: 1 })).status,
      String(value),
    ).toBe(400);
});

test("a deleted experiment comes back with its runs, and takes none before", async () => {
  const id = (await server.send("POST", "experiments/create", { name: "back" })).body.experiment_id;
  const run = (await server.send("POST", "runs/create", { experiment_id: id, start_time: 1 })).body.run.info.run_id;
  await server.send("POST", "experiments/delete", { experiment_id: id });
  expect((await server.get("runs/get", { run_id: run })).body.run.info.lifecycle_stage).toBe("deleted");
  expect((await server.send("POST", "runs/create", { experiment_id: id, start_time: 1 })).status).toBe(400);
  expect((await server.send("POST", "runs/log-metric", { run_id: run, key: "m", value: 1, timestamp: 1 })).status).toBe(400);
  expect((await server.send("POST", "experiments/restore", { experiment_id: id })).status).toBe(200);
  expect((await server.get("runs/get", { run_id: run })).body.run.info.lifecycle_stage).toBe("active");
  expect((await server.send("POST", "runs/log-metric", { run_id: run, key: "m", value: 1, timestamp: 1 })).status).toBe(200);
  expect((await server.send("POST", "experiments/restore", { experiment_id: id })).status).toBe(404);
  expect(server.failures).toEqual([]);
});
