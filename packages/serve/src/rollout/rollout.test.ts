import { expect, it } from "vitest";
import { encodeLinear } from "../test/linear-model.js";
import { type LinearServer, linearServer } from "../test/linear-server.js";

/** Of forty requests the means of two equal models may differ by half a deviation by chance, by three they do not. */
const rules = { minRequests: 40, mostFailures: 0.02, mostLatencyRatio: 1_000, mostShift: 3 };

async function withChallenger(role: "shadow" | "canary", factor: number): Promise<LinearServer> {
  const server = await linearServer(["homes"], { abortRules: rules, canaryShare: 0.5 });
  server.models.store("homes", 9, encodeLinear({ factor }));
  server.models.promote("homes", 9, role);
  await expect.poll(() => trials(server)).toHaveLength(1);
  return server;
}

async function trials(server: LinearServer) {
  return (await server.app.inject("/v1/pipelines/homes/rollout")).json().trials;
}

async function versions(server: LinearServer, requests: number): Promise<number[]> {
  const answered: number[] = [];
  for (let request = 0; request < requests; request++) {
    const response = await server.app.inject({ method: "POST", url: "/predict", payload: { bed: request % 10 } });
    expect(response.statusCode).toBe(200);
    const { version, prediction } = response.json();
    // An answer is of one version as a whole.
    if (version === 1) expect(prediction.value).toBe(1000 + 10 * (request % 10));
    answered.push(version);
  }
  return answered;
}

it("a shadow scores what the champion answers, and nobody is told", async () => {
  const server = await withChallenger("shadow", 10.1);
  expect(new Set(await versions(server, 60))).toEqual(new Set([1]));
  expect(await trials(server)).toMatchObject([{ role: "shadow", version: 9, requests: 60, failures: 0, aborted: null }]);
  const [{ meanDifference }] = await trials(server);
  expect(meanDifference).toBeCloseTo(0.45, 6);
  await server.close();
});

it("a canary answers its share", async () => {
  const server = await withChallenger("canary", 10);
  const answered = await versions(server, 200);
  const share = answered.filter((version) => version === 9).length / answered.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.7);
  expect(await trials(server)).toMatchObject([{ role: "canary", aborted: null }]);
  await server.close();
});

it.each(["shadow", "canary"] as const)("a %s whose scores shift is taken out by itself", async (role) => {
  const server = await withChallenger(role, 500);
  await versions(server, 200);
  expect(await trials(server)).toMatchObject([{ role, aborted: "score shift" }]);
  expect(new Set(await versions(server, 30))).toEqual(new Set([1]));
  expect((await server.app.inject("/metrics")).body).toContain(
    `atalaya_rollout_aborts_total{pipeline="homes",role="${role}",because="score shift"} 1`,
  );
  await server.close();
});

it("a canary that fails is answered for by the champion, and taken out", async () => {
  const server = await linearServer(["homes"], { abortRules: rules, canaryShare: 0.5 });
  server.models.store("homes", 9, encodeLinear({ factor: 10, failing: true }));
  server.models.promote("homes", 9, "canary");
  await expect.poll(() => trials(server)).toHaveLength(1);
  // One in ten fails, one in fifty may: of 300 for the canary it shows for certain.
  await versions(server, 600);
  expect(await trials(server)).toMatchObject([{ role: "canary", aborted: "errors" }]);
  expect(new Set(await versions(server, 30))).toEqual(new Set([1]));
  await server.close();
});
