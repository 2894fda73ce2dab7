import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lastJson, type Running, repository, run, start, until, withHome } from "./command.js";
import { findRig, TierOne } from "./kubernetes/tier-one.js";
import type { RunResult } from "./run-result.js";

interface Job {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string };
}

const rig = findRig();
const NAMESPACE = "steps";
const MINUTE_MS = 60_000;

/** House prices with each step as one Job, on a real control plane; KUBERNETES_RIG names the rig. Without it: skipped. */
describe.skipIf(rig === null)("each step as one Job", () => {
  let cluster: TierOne;
  let home: string;
  let store: Store;
  let undisturbed: RunResult;

  beforeAll(async () => {
    cluster = await TierOne.start(rig ?? "");
    const entrypoint = [process.execPath, join(repository, "packages/cli/bin/atalaya.mjs")];
    const image = { entrypoint, workingDir: repository };
    writeFileSync(join(cluster.folder, "images.json"), JSON.stringify({ "atalaya:test": image }));
    await cluster.kubectl("create", "namespace", NAMESPACE);
    undisturbed = await withHome(async (inline) =>
      lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home: inline })),
    );
  }, 300_000);

  afterAll(async () => {
    await store?.close();
    await cluster?.stop();
    if (home !== undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }, 120_000);

  /** A database and objects of their own, which the node's pods reach. */
  async function settings(): Promise<Readonly<Record<string, string>>> {
    await store?.close();
    home = mkdtempSync("/var/tmp/atalaya-jobs-");
    chmodSync(home, 0o755);
    store = await openStore({ home, databaseUrl: null, s3: null });
    const template = join(home, "template.json");
    const task = {
      name: "task",
      env: [{ name: "ATALAYA_HOME", value: home }],
      volumeMounts: [{ name: "home", mountPath: home }],
    };
    writeFileSync(
      template,
      JSON.stringify({ spec: { volumes: [{ name: "home", hostPath: { path: home } }], containers: [task] } }),
    );
    await cluster.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "atalaya-database", namespace: NAMESPACE },
      stringData: { DATABASE_URL: store.databaseUrl },
    });
    return {
      DATABASE_URL: store.databaseUrl,
      KUBECONFIG: cluster.kubeconfig,
      ATALAYA_EXECUTOR: "kubernetes",
      ATALAYA_KUBERNETES_NAMESPACE: NAMESPACE,
      ATALAYA_KUBERNETES_IMAGE: "atalaya:test",
      ATALAYA_KUBERNETES_SECRETS: "atalaya-database",
      ATALAYA_KUBERNETES_POD_TEMPLATE: template,
      ATALAYA_KUBERNETES_MEMORY: "512Mi",
    };
  }

  /** The pod of a step, as soon as it runs. */
  function podOf(running: Running, step: string): Promise<string> {
    return until(running, 5 * MINUTE_MS, async () => {
      const pods = await cluster.list<Pod>(NAMESPACE, "pods", `atalaya.dev/step=${step}`).catch(() => []);
      return pods.find(({ status }) => status.phase === "Running")?.metadata.name ?? null;
    });
  }

  async function expectUndisturbed(result: RunResult): Promise<void> {
    expect([result.model, result.version, result.rows]).toEqual([undisturbed.model, 1, undisturbed.rows]);
    const raw = await store.batches.list("house-prices");
    expect(new Set(raw.map(({ sha256 }) => sha256)).size).toBe(raw.length);
    expect(raw).toHaveLength(5);
    await expect.poll(() => unfinished(result.run), { timeout: MINUTE_MS, interval: 1_000 }).toEqual([]);
  }

  async function unfinished(of: string): Promise<string[]> {
    const jobs = await cluster.list<Job>(NAMESPACE, "jobs", `atalaya.dev/run=${of}`);
    const isOver = ({ status }: Job): boolean =>
      (status.conditions ?? []).some(({ type, status: is }) => is === "True" && (type === "Complete" || type === "Failed"));
    return jobs.filter((job) => !isOver(job)).map(({ metadata }) => metadata.name);
  }

  test("the same model as in one process; a Job for each step, one for the trials that begin together", {
    timeout: 10 * MINUTE_MS,
  }, async () => {
    const env = await settings();
    const result = lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home, env }));
    await expectUndisturbed(result);
    const steps = (await cluster.list<Job>(NAMESPACE, "jobs")).map(({ metadata }) => metadata.labels["atalaya.dev/step"]).sort();
    expect(steps).toEqual(
      "decide evaluate features gate ingest promote register split train trial-1-4 trial-5 trial-6 trial-7 trial-8 trial-9 validate".split(
        " ",
      ),
    );
    const tasks = await store.tasks.list(result.run);
    expect(tasks.every(({ attempt, state, log }) => attempt === 1 && state === "done" && log.length > 0)).toBe(true);
    await cluster.kubectl("-n", NAMESPACE, "delete", "jobs", "--all");
  });

  test("worker killed twice, a pod evicted, one deleted, the API server away for a minute", {
    timeout: 15 * MINUTE_MS,
  }, async () => {
    const env = await settings();
    const kill = async (step: string): Promise<void> => {
      const worker = start(["run", "house-prices", "--json"], { home, env });
      await podOf(worker, step);
      worker.child.kill("SIGKILL");
      await worker.finished;
    };
    await kill("ingest");
    await kill("trial-1-4");
    const worker = start(["run", "house-prices", "--json"], { home, env });
    await podOf(worker, "trial-5");
    await cluster.withoutApiServer(MINUTE_MS);
    const [trial] = await Promise.all([podOf(worker, "trial-9")]);
    await cluster.evict(NAMESPACE, trial);
    await cluster.kubectl("-n", NAMESPACE, "delete", "pod", await podOf(worker, "train"), "--wait=false");
    const result = lastJson<RunResult>(await worker.finished);
    await expectUndisturbed(result);
    const runs = await store.runs.list({ pipeline: "house-prices" });
    expect(runs.map(({ state }) => state)).toEqual(["done"]);
    // An evicted pod is replaced by its own Job; a deleted one costs an attempt.
    const attempts = Object.fromEntries((await store.tasks.list(result.run)).map(({ step, attempt }) => [step, attempt]));
    expect([attempts["ingest"], attempts["trial 1"], attempts["trial 9"], attempts["train"]]).toEqual([1, 1, 1, 2]);
  });

  test("a cancelled run leaves no Job behind, and what ended runs have left is swept", { timeout: 10 * MINUTE_MS }, async () => {
    const env = await settings();
    const worker = start(["run", "house-prices"], { home, env });
    await podOf(worker, "trial-1-4");
    const [running] = await store.runs.list({ pipeline: "house-prices" });
    await run(["runs", "cancel", running?.id ?? "", "--because", "a test"], { home, env });
    await worker.finished;
    await expect.poll(() => unfinished(running?.id ?? ""), { timeout: MINUTE_MS, interval: 500 }).toEqual([]);
  });
});
