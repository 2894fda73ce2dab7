// Faults on a real kubelet: each run ends as an undisturbed one does, and nothing is there twice or left behind.
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../prepare.mjs";
import { expect } from "../checks.mjs";
import { startGitServer } from "../git-server.mjs";
import { eventually, must } from "../rig.mjs";
import { HOST } from "../stores.mjs";
import { DisturbedRun, pause } from "./disturbed-run.mjs";
import { restartPostgres } from "./restart-postgres.mjs";
import { RigProcess, stopNode } from "./rig-process.mjs";
import { startSource } from "./source.mjs";

/** Of the project, in the order in which the worker carries them out. */
const PIPELINES = ["evicted-and-hungry", "worker-and-database", "server-away", "node-stopped"];
const SERVER_AWAY_SECONDS = 60;
const NODE_AWAY_SECONDS = 15;
const DATABASE_AWAY_MS = 5_000;

/**
 * @param {import("../checks.mjs").Checks} checks
 * @param {import("../installation.mjs").Installation} installation  a release with a worker whose steps are Jobs
 * @param {Record<string, unknown>} values  that it was installed with
 */
export async function checkFaults(checks, installation, values) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-faults-"));
  // Run as root, PostgreSQL belongs to another account, which has to reach its home.
  chmodSync(folder, 0o755);
  const { openStore } = await import("../../../packages/store/dist/index.js");
  const database = new URL(`/${installation.database}`, installation.stores.database).href;
  const store = await openStore({ home: folder, databaseUrl: database, s3: null });
  const source = await startSource();
  const server = await startGitServer(folder);
  try {
    await commitProject(join(folder, "project"));
    for (const port of [source.port, server.port]) await installation.cluster.expose(port);
    const undisturbed = await checks.check("four small pipelines without disturbance, in one process each", () =>
      undisturbedRuns(folder, source),
    );
    if (undisturbed === null) return;
    for (const pipeline of PIPELINES) source.hold(pipeline, "dwell");
    for (const pipeline of PIPELINES.slice(0, 2)) source.hold(pipeline, "ingest");
    const isThere = await checks.check(
      "helm upgrade: these pipelines from a Git repository, each step that is hit as a Job",
      async () => {
        const url = `http://${HOST}:${server.port}/project/.git`;
        await deploy(installation, values, { url, source: `http://${HOST}:${source.port}` });
        return "";
      },
    );
    if (isThere === null) return;
    const runs = PIPELINES.map((pipeline) => new DisturbedRun(installation, store, pipeline));
    await disturb(checks, installation, { runs, source });
    await checks.check("each run: model, rows, versions and Jobs as without disturbance", async () => {
      const seen = [];
      for (const run of runs) seen.push(`${run.pipeline} ${await run.expectUndisturbed(undisturbed[run.pipeline])}`);
      return seen.join("; ");
    });
  } finally {
    await Promise.all([server.close(), source.close(), store.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * In the order in which the worker carries them out.
 *
 * @param {import("../checks.mjs").Checks} checks
 * @param {import("../installation.mjs").Installation} installation
 * @param {{ runs: readonly DisturbedRun[], source: import("./source.mjs").Source }} on
 */
async function disturb(checks, installation, { runs, source }) {
  const { cluster, stores } = installation;
  const [hungry, abandoned, unheard, dark] = runs;
  if (hungry === undefined || abandoned === undefined || unheard === undefined || dark === undefined) return;
  /** @param {string} name @param {DisturbedRun} run @param {() => Promise<string>} fault */
  const check = (name, { pipeline }, fault) =>
    checks.check(name, () =>
      fault().finally(() => {
        // Where a fault could not be made, those after it still can.
        source.letGo(pipeline, "ingest");
        source.letGo(pipeline, "dwell");
      }),
    );
  await check("a pod is evicted in the middle of its ingest, and one killed for its memory", hungry, async () => {
    await hungry.batches(1);
    const evicted = (await hungry.podOf("ingest")).metadata.name;
    await evict(installation, evicted);
    source.letGo(hungry.pipeline, "ingest");
    source.letGo(hungry.pipeline, "dwell");
    await hungry.ended();
    return expectReplacedAndKilled(hungry, evicted);
  });
  await check("the worker is killed, then PostgreSQL restarted", abandoned, async () => {
    await abandoned.batches(1);
    const before = await uidOf(installation, "atalaya-worker-0");
    await installation.kubectl(["delete", "pod", "atalaya-worker-0", "--force", "--grace-period=0"]);
    await eventually("another worker", 60, async () => (await uidOf(installation, "atalaya-worker-0")) !== before);
    source.letGo(abandoned.pipeline, "ingest");
    await abandoned.podOf("step-dwell");
    const restarted = restartPostgres(stores.home, DATABASE_AWAY_MS);
    source.letGo(abandoned.pipeline, "dwell");
    await restarted;
    await abandoned.ended();
    return expectOneAttempt(abandoned);
  });
  await check("the API server is away for a minute, with all of the control plane and the kubelet", unheard, async () => {
    await unheard.podOf("step-dwell");
    const startControlPlane = stopControlPlane(cluster);
    source.letGo(unheard.pipeline, "dwell");
    await pause(SERVER_AWAY_SECONDS);
    await startControlPlane();
    await unheard.ended();
    return expectOneAttempt(unheard);
  });
  await check("the node's power fails, and it comes back", dark, async () => {
    await dark.podOf("step-dwell");
    const startNode = stopNode(cluster.folder);
    source.letGo(dark.pipeline, "dwell");
    await pause(NODE_AWAY_SECONDS);
    await startNode();
    await dark.ended();
    const attempts = (await dark.attempts())["step dwell"] ?? [];
    expect(attempts.at(-1) === "done" && attempts.length <= 2, attempts.join(", "));
    return `attempts at the step that it hit: ${attempts.join(", ")}`;
  });
}

/**
 * API server, controllers, scheduler and kubelet are killed; etcd and the containers go on. What speaks to an API server tries so
 * seldom after a minute without one that starting it anew is quicker.
 *
 * @param {import("../rig.mjs").Cluster} cluster
 * @returns {() => Promise<void>}  starts them again
 */
function stopControlPlane(cluster) {
  const apiServer = new RigProcess(cluster.folder, "kube-apiserver");
  const others = ["kube-controller-manager", "kube-scheduler", "kubelet"].map((name) => new RigProcess(cluster.folder, name));
  for (const each of [apiServer, ...others]) each.kill();
  return async () => {
    apiServer.start();
    // Without it the others end, and nobody starts them again here.
    await eventually("the API server answers", 60, async () => (await cluster.kubectl(["get", "--raw", "/readyz"])) === "ok");
    for (const each of others) each.start();
  };
}

/** @param {import("../installation.mjs").Installation} installation @param {string} pod */
async function evict(installation, pod) {
  const file = join(installation.folder, "eviction.json");
  const metadata = { name: pod, namespace: installation.namespace };
  writeFileSync(file, JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata }));
  const path = `/api/v1/namespaces/${installation.namespace}/pods/${pod}/eviction`;
  await installation.kubectl(["create", "--raw", path, "-f", file]);
}

/**
 * The evicted pod's own Job has made another one; the kernel has killed the first attempt at the hungry step, and the second had
 * twice the memory.
 *
 * @param {DisturbedRun} run
 * @param {string} evicted
 */
async function expectReplacedAndKilled(run, evicted) {
  const attempts = await run.attempts();
  expect(attempts.ingest?.join() === "done", `ingest: ${attempts.ingest?.join(", ")}`);
  const ingests = /** @type {import("./disturbed-run.mjs").PodObject[]} */ (await run.list("pods", "ingest"));
  expect(
    ingests.some(({ metadata }) => metadata.name !== evicted),
    `${evicted} was not replaced`,
  );
  expect(attempts["step hungry"]?.join() === "KUBERNETES_OUT_OF_MEMORY,done", `hungry: ${attempts["step hungry"]?.join(", ")}`);
  const pods = /** @type {import("./disturbed-run.mjs").PodObject[]} */ (await run.list("pods", "step-hungry"));
  const ends = pods.map(({ status }) => status.containerStatuses?.[0]?.state?.terminated);
  expect(
    ends.some((end) => end?.reason === "OOMKilled" && end.exitCode === 137),
    JSON.stringify(ends),
  );
  return "another pod of the same Job; OOMKilled with 137, then done with twice the memory";
}

/** @param {DisturbedRun} run */
async function expectOneAttempt(run) {
  const attempts = Object.entries(await run.attempts());
  const several = attempts.filter(([, states]) => states.join() !== "done");
  expect(several.length === 0, JSON.stringify(several));
  return `one attempt at each of ${attempts.length} steps`;
}

/** @param {import("../installation.mjs").Installation} installation @param {string} pod */
async function uidOf(installation, pod) {
  return installation.kubectl(["get", "pod", pod, "-o", "jsonpath={.metadata.uid}"]);
}

/**
 * @param {import("../installation.mjs").Installation} installation
 * @param {Record<string, unknown>} values
 * @param {{ url: string, source: string }} addresses
 */
async function deploy(installation, values, { url, source }) {
  const changed = {
    ...values,
    project: { source: "git", path: ".", git: { url, revision: "main" } },
    sampleSources: [],
    serve: { pipelines: [] },
    server: { enabled: false },
    env: { FAULTS_URL: `${source}/data`, FAULTS_GATE: `${source}/gate` },
  };
  await installation.helm("upgrade", changed, ["--timeout", "120s"]);
}

/** @param {string} folder */
async function commitProject(folder) {
  const git = (/** @type {string[]} */ ...words) =>
    must("git", ["-C", folder, "-c", "user.name=test", "-c", "user.email=test@localhost", ...words]);
  cpSync(join(repository, "tools/kubernetes/faults/project"), folder, { recursive: true });
  await git("init", "-q", "-b", "main");
  await git("add", ".");
  await git("commit", "-qm", "first");
}

/**
 * Each pipeline in one process on this machine.
 *
 * @param {string} folder
 * @param {import("./source.mjs").Source} source
 * @returns {Promise<Record<string, import("./disturbed-run.mjs").Result>>}
 */
async function undisturbedRuns(folder, source) {
  /** @type {Record<string, import("./disturbed-run.mjs").Result>} */
  const results = {};
  const entry = join(repository, "packages/cli/dist/main.js");
  const variables = {
    ATALAYA_HOME: join(folder, "undisturbed"),
    ATALAYA_EXECUTOR: "inline",
    FAULTS_URL: `http://127.0.0.1:${source.port}/data`,
  };
  for (const name of PIPELINES) {
    const words = [entry, "run", name, "--json", "--project", join(folder, "project")];
    const printed = await must(process.execPath, words, variables);
    results[name] = JSON.parse(printed.trim().split("\n").at(-1) ?? "");
  }
  return results;
}
