import { sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProtocolServer, startProtocolServer } from "./test/protocol-server.js";

let server: ProtocolServer;
let experiment: string;

beforeAll(async () => {
  server = await startProtocolServer();
  experiment = (await server.send("POST", "experiments/create", { name: "crowd" })).body.experiment_id;
});
afterAll(() => server.close());

async function newRun(): Promise<string> {
  return (await server.send("POST", "runs/create", { experiment_id: experiment, start_time: 1 })).body.run.info.run_id;
}

test("50 clients log to one run and to runs of their own: no point is lost, none is there twice", async () => {
  const shared = await newRun();
  const rounds = 3;
  const client = async (index: number) => {
    const own = await newRun();
    for (let round = 0; round < rounds; round++) {
      const metrics = [
        { key: "shared", value: index, timestamp: round, step: round },
        { key: `of ${index}`, value: round, timestamp: round, step: round },
      ];
      const batch = {
        run_id: shared,
        metrics,
        params: [{ key: `param ${index}`, value: "x" }],
        tags: [{ key: "last", value: `${index}` }],
      };
      // A client that got no answer sends again.
      expect((await server.send("POST", "runs/log-batch", batch)).status).toBe(200);
      expect((await server.send("POST", "runs/log-batch", batch)).status).toBe(200);
      await server.send("POST", "runs/log-metric", { run_id: own, key: "m", value: round, timestamp: round, step: round });
    }
    return own;
  };
  const owns = await Promise.all(Array.from({ length: 50 }, (_, index) => client(index)));
  const history = await server.get("metrics/get-history", { run_id: shared, metric_key: "shared" });
  expect(history.body.metrics).toHaveLength(50 * rounds);
  const { run } = (await server.get("runs/get", { run_id: shared })).body;
  expect(run.data.params).toHaveLength(50);
  expect(run.data.metrics).toHaveLength(51);
  const latest = run.data.metrics.find((metric: { key: string }) => metric.key === "shared");
  expect(latest).toEqual({ key: "shared", value: 49, timestamp: rounds - 1, step: rounds - 1 });
  for (const own of owns)
    expect((await server.get("metrics/get-history", { run_id: own, metric_key: "m" })).body.metrics).toHaveLength(rounds);
});

test("of two clients that log different values of one parameter at once, one is refused with all that it sent", async () => {
  const run = await newRun();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      server.send("POST", "runs/log-batch", {
        run_id: run,
        params: [{ key: "lr", value: `${index}` }],
        metrics: [{ key: `m${index}`, value: 1, timestamp: 1 }],
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const { data } = (await server.get("runs/get", { run_id: run })).body.run;
  expect(data.params).toHaveLength(1);
  expect(data.metrics.map((metric: { key: string }) => metric.key)).toEqual([`m${data.params[0].value}`]);
});

test("moves of an alias at once have one order, and the history has each of them", async () => {
  await server.send("POST", "registered-models/create", { name: "churn" });
  for (let version = 1; version <= 5; version++)
    await server.send("POST", "model-versions/create", { name: "churn", source: "s3://bucket/model" });
  const moves = Array.from({ length: 40 }, (_, index) => ({ name: "churn", alias: "production", version: `${(index % 5) + 1}` }));
  const answers = await Promise.all(moves.map((move) => server.send("POST", "registered-models/alias", move)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const { rows } = await sql<{ fromVersion: number | null; toVersion: number }>`
    select from_version, to_version from atalaya.alias_history where pipeline = 'churn' order by id`.execute(
    server.store.database,
  );
  expect(rows.map((row) => row.fromVersion)).toEqual([null, ...rows.slice(0, -1).map((row) => row.toVersion)]);
  const now = await server.get("registered-models/alias", { name: "churn", alias: "production" });
  expect(now.body.model_version.version).toBe(String(rows.at(-1)?.toVersion));
});

test("versions registered at once have numbers without a gap", async () => {
  await server.send("POST", "registered-models/create", { name: "gap" });
  const made = await Promise.all(
    Array.from({ length: 30 }, () => server.send("POST", "model-versions/create", { name: "gap", source: "s3://bucket/model" })),
  );
  const numbers = made.map(({ body }) => Number(body.model_version.version)).sort((one, other) => one - other);
  expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  await server.send("DELETE", "model-versions/delete", { name: "gap", version: "30" });
  const next = await server.send("POST", "model-versions/create", { name: "gap", source: "s3://bucket/model" });
  expect(next.body.model_version.version).toBe("31");
});
