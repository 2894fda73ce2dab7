import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { encodeLinear } from "../test/linear-model.js";
import { type LinearServer, linearServer } from "../test/linear-server.js";

let stateDirectory: string;
const open: LinearServer[] = [];
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), "atalaya-last-good-"));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  rmSync(stateDirectory, { recursive: true, force: true });
});

async function started(options: { outage?: boolean; version?: number } = {}): Promise<LinearServer> {
  const server = await linearServer([], { stateDirectory });
  open.push(server);
  for (const [version, factor] of [10, 20].entries()) server.models.store("homes", version + 1, encodeLinear({ factor }));
  server.models.promote("homes", options.version ?? 1);
  if (options.outage) server.models.outage = new Error("connection refused");
  await server.service.add("homes");
  return server;
}

const folder = () => join(stateDirectory, "models", "homes");
const kept = () => readdirSync(folder()).filter((name) => name.endsWith(".bundle"));
/** Waits until one bundle and its card are there, and nothing is on its way. */
const untilKept = (others: readonly (string | undefined)[] = []) =>
  expect
    .poll(() => {
      const names = readdirSync(folder());
      const bundles = kept();
      const cards = names.filter((name) => name.endsWith(".json"));
      return [names.length, bundles.length, cards.length, others.includes(bundles[0])];
    })
    .toEqual([2, 1, 1, false]);
const predict = async (server: LinearServer) =>
  (await server.app.inject({ method: "POST", url: "/predict", payload: { bed: 1 } })).json();

async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

it("answers from its own disk while models cannot be reached, and says so", async () => {
  await started({ version: 2 });
  await untilKept();
  await closeAll();
  const server = await started({ outage: true });
  expect(await predict(server)).toMatchObject({ version: 2, prediction: { value: 1020 } });
  await expect
    .poll(async () => (await server.app.inject("/health")).json())
    .toMatchObject({ status: "degraded", degraded: ["homes"] });
  expect((await server.app.inject("/metrics")).body).toContain('atalaya_serving_degraded{pipeline="homes"} 1');
  expect((await server.app.inject("/ready")).json()).toMatchObject({ ready: true, pipelines: [{ degraded: true, version: 2 }] });
  server.models.outage = null;
  await expect.poll(() => predict(server)).toMatchObject({ version: 1 });
  expect((await server.app.inject("/health")).json()).toMatchObject({ status: "ok" });
});

it("keeps one version of an alias, and none that the alias left", async () => {
  const server = await started();
  await untilKept();
  const [first] = kept();
  server.models.promote("homes", 2);
  await untilKept([first]);
  server.models.promote("homes", null);
  await expect.poll(() => readdirSync(folder()).filter((name) => name.endsWith(".json"))).toEqual([]);
});

it("trusts nothing that is damaged on disk", async () => {
  await started();
  await untilKept();
  await closeAll();
  writeFileSync(join(folder(), kept()[0]!), "damaged");
  const server = await started({ outage: true });
  expect((await server.app.inject("/ready")).statusCode).toBe(503);
  server.models.outage = null;
  await expect.poll(() => predict(server)).toMatchObject({ version: 1 });
});
