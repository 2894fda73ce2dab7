// npm run test:kubernetes: the image and the chart on a real Kubernetes without Docker (see the rig's README). It ends with
// 77 and one line where the machine lacks something (root, cgroups, the rig); KUBERNETES_RIG names the rig's folder,
// TEST_IMAGES two images that were built before ("all:tag,serve:tag"), TEST_EXECUTOR where steps run (kubernetes).
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkArgoCd } from "./kubernetes/argo-cd.mjs";
import { checkBadInput } from "./kubernetes/bad-input.mjs";
import { Checks } from "./kubernetes/checks.mjs";
import { checkFaults } from "./kubernetes/faults/faults.mjs";
import { checkGitProject } from "./kubernetes/git-project.mjs";
import { checkImages } from "./kubernetes/images.mjs";
import { checkInstallation, housePrices, Installation, valuesOf } from "./kubernetes/installation.mjs";
import { checkManifests } from "./kubernetes/manifests.mjs";
import { checkOnePod } from "./kubernetes/one-pod.mjs";
import { Cluster, LACKS, Lacking } from "./kubernetes/rig.mjs";
import { startStores } from "./kubernetes/stores.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare } from "./prepare.mjs";

const [builtAll, builtServe] = (process.env.TEST_IMAGES ?? "").split(",");
const isBuilt = Boolean(builtAll && builtServe);
const images = { all: builtAll || "localhost/atalaya:test", serve: builtServe || "localhost/atalaya-serve:test" };

requireNodeVersion();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));
try {
  const cluster = await Cluster.start();
  try {
    await prepare();
    process.exitCode = (await testOn(cluster)) ? 0 : 1;
  } finally {
    await cluster.stop();
  }
} catch (error) {
  if (!(error instanceof Lacking)) throw error;
  process.stdout.write(`skipped: ${error.message}\n`);
  process.exitCode = LACKS;
}

/** @param {Cluster} cluster */
async function testOn(cluster) {
  const checks = new Checks();
  await checkManifests(checks, cluster);
  if (!(await checkImages(checks, cluster, images, isBuilt))) return checks.finish();
  const home = mkdtempSync(join(tmpdir(), "atalaya-kubernetes-"));
  // Run as root, PostgreSQL belongs to another account, which has to reach its home.
  chmodSync(home, 0o755);
  const stores = await startStores(home);
  try {
    for (const port of [Number(stores.database.port), stores.objectsPort]) await cluster.expose(port);
    await install(checks, cluster, stores);
  } finally {
    await stores.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  return checks.finish();
}

/**
 * @param {Checks} checks
 * @param {Cluster} cluster
 * @param {import("./kubernetes/stores.mjs").Stores} stores
 */
async function install(checks, cluster, stores) {
  const executor = process.env.TEST_EXECUTOR ?? "kubernetes";
  const database = "from_nothing";
  await stores.createDatabase(database);
  const first = new Installation(cluster, stores, { namespace: "from-nothing", database, images });
  const second = new Installation(cluster, stores, { namespace: "follower", database, images });
  try {
    await checkInstallation(checks, first, { executor });
    await checkOnePod(checks, first);
    await checkGitProject(checks, first, first.values(valuesOf(executor)));
    if (executor === "kubernetes") await checkFaults(checks, first, first.values(valuesOf(executor)));
    await checkBadInput(checks, cluster, images.all);
    const { objects } = first.values();
    const values = second.values({ objects, serve: housePrices.serve, server: { enabled: false }, worker: { enabled: false } });
    await checkArgoCd(checks, second, values);
  } finally {
    first.close();
    second.close();
  }
}
