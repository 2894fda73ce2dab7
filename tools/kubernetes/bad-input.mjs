// What is set wrongly ends in a message that names the setting to change: in the log, as an Event, and in `atalaya doctor`.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { runToEnd } from "../subprocess.mjs";
import { expect } from "./checks.mjs";

const NAMESPACE = "bad-input";
const WITHOUT_QUOTA = "bad-quota";
/** Takes less than every step of a run. */
const QUOTA = "1Mi";

/**
 * Runs of a worker on this machine, which wants its steps carried out in the cluster.
 *
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./rig.mjs").Cluster} cluster
 * @param {string} image
 */
export async function checkBadInput(checks, cluster, image) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-bad-input-"));
  // Run as root, PostgreSQL belongs to another account, which has to reach its home.
  chmodSync(folder, 0o755);
  const worker = new Worker(cluster, folder, image);
  try {
    await prepareNamespaces(cluster);
    const narrow = await narrowKubeconfig(cluster, folder);
    // Each waits for the cluster more than for this machine.
    const ends = [
      worker.run("image", { ATALAYA_KUBERNETES_IMAGE: "localhost/no-such-image:1", ATALAYA_KUBERNETES_PULL_POLICY: "Never" }),
      worker.run("secret", { ATALAYA_KUBERNETES_SECRETS: "no-such-secret" }),
      worker.run("quota", { ATALAYA_KUBERNETES_NAMESPACE: WITHOUT_QUOTA }),
      worker.run("rights", { KUBECONFIG: narrow }),
      worker.atalaya("doctor", ["doctor", "--json"], { KUBECONFIG: narrow }),
    ];
    const [ofImage, ofSecret, ofQuota, ofRights, doctor] = await Promise.all(ends);
    await checks.check("an image that is not there: told with its setting, and as an Event", async () => {
      expectTold(ofImage, "KUBERNETES_IMAGE_UNAVAILABLE", "ATALAYA_KUBERNETES_IMAGE");
      return expectEvent(cluster, NAMESPACE, "no-such-image");
    });
    await checks.check("a Secret that is missing: told with its setting, and as an Event", async () => {
      expectTold(ofSecret, "KUBERNETES_CONFIGURATION_MISSING", "ATALAYA_KUBERNETES_SECRETS");
      return expectEvent(cluster, NAMESPACE, "no-such-secret");
    });
    await checks.check("quota that does not suffice: told with its settings, and as an Event", async () => {
      expectTold(ofQuota, "KUBERNETES_PODS_REFUSED", "ATALAYA_KUBERNETES_MEMORY");
      return expectEvent(cluster, WITHOUT_QUOTA, "exceeded quota");
    });
    await checks.check("rights that are too narrow: told by the run and, one by one, by atalaya doctor", async () => {
      expectTold(ofRights, "KUBERNETES_FORBIDDEN", "atalaya doctor");
      expect(/it may not: create jobs, delete jobs/.test(doctor?.output ?? ""), doctor?.output ?? "");
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A worker outside of the cluster, with a home for each of its runs. */
class Worker {
  /** @param {import("./rig.mjs").Cluster} cluster @param {string} folder @param {string} image */
  constructor(cluster, folder, image) {
    this.folder = folder;
    this.variables = {
      KUBECONFIG: cluster.kubeconfig,
      ATALAYA_EXECUTOR: "kubernetes",
      ATALAYA_KUBERNETES_IMAGE: image,
      ATALAYA_KUBERNETES_PULL_POLICY: "IfNotPresent",
      ATALAYA_KUBERNETES_NAMESPACE: NAMESPACE,
      ATALAYA_KUBERNETES_START_WITHIN: "10s",
      // So little that the node has room for all of them.
      ATALAYA_KUBERNETES_CPU: "10m",
      ATALAYA_KUBERNETES_MEMORY: "32Mi",
    };
  }

  /** @param {string} home @param {Record<string, string>} variables */
  run(home, variables) {
    return this.atalaya(home, ["run", "house-prices", "--only", "ingestion"], variables);
  }

  /** @param {string} home @param {readonly string[]} words @param {Record<string, string>} variables */
  atalaya(home, words, variables) {
    const entry = join(repository, "packages/cli/dist/main.js");
    const { PATH = "", HOME = "" } = process.env;
    return runToEnd(process.execPath, [entry, ...words, "--project", "applications/house-prices"], {
      cwd: repository,
      env: { PATH, HOME, ATALAYA_HOME: join(this.folder, home), ...this.variables, ...variables },
      timeoutMs: 120_000,
    });
  }
}

/** @param {{ code: number | null, output: string } | undefined} end @param {string} code @param {string} setting */
function expectTold(end, code, setting) {
  expect(end?.code === 1 && end.output.includes(code) && end.output.includes(setting), `${end?.code}: ${end?.output}`);
}

/** @param {import("./rig.mjs").Cluster} cluster @param {string} namespace @param {string} about */
async function expectEvent(cluster, namespace, about) {
  const path = "jsonpath={range .items[*]}{.message}{'\\n'}{end}";
  const events = await cluster.kubectl(["-n", namespace, "get", "events", "--field-selector", "reason=StepWaits", "-o", path]);
  const event = events.split("\n").find((message) => message.includes(about) && message.includes("ATALAYA_KUBERNETES_"));
  expect(event !== undefined, `no Event about ${about}: ${events}`);
  return event?.slice(0, 120);
}

/** @param {import("./rig.mjs").Cluster} cluster */
async function prepareNamespaces(cluster) {
  for (const namespace of [NAMESPACE, WITHOUT_QUOTA]) await cluster.kubectl(["create", "namespace", namespace]);
  await cluster.kubectl(["-n", WITHOUT_QUOTA, "create", "quota", "small", `--hard=requests.memory=${QUOTA}`]);
  await cluster.kubectl(["-n", NAMESPACE, "create", "serviceaccount", "narrow"]);
  const rights = ["--verb=get,list,watch", "--resource=jobs.batch,pods"];
  await cluster.kubectl(["-n", NAMESPACE, "create", "role", "narrow", ...rights]);
  const binding = ["--role=narrow", `--serviceaccount=${NAMESPACE}:narrow`];
  await cluster.kubectl(["-n", NAMESPACE, "create", "rolebinding", "narrow", ...binding]);
}

/** The cluster as somebody sees it who may only look. @param {import("./rig.mjs").Cluster} cluster @param {string} folder */
async function narrowKubeconfig(cluster, folder) {
  const token = (await cluster.kubectl(["-n", NAMESPACE, "create", "token", "narrow"])).trim();
  const config = JSON.parse(await cluster.kubectl(["config", "view", "--raw", "--flatten", "-o", "json"]));
  const file = join(folder, "narrow.json");
  writeFileSync(
    file,
    JSON.stringify({ ...config, users: config.users.map((/** @type {object} */ user) => ({ ...user, user: { token } })) }),
  );
  return file;
}
