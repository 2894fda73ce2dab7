// From an empty namespace to an answered prediction, and what is done to an installation afterwards.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { checkChanges } from "./changes.mjs";
import { expect } from "./checks.mjs";
import { eventually, must } from "./rig.mjs";
import { HOST, keys } from "./stores.mjs";

const chart = join(repository, "deploy/chart");
/**
 * A release of the chart in a namespace that takes restricted pods alone.
 */
export class Installation {
  /**
   * @param {import("./rig.mjs").Cluster} cluster
   * @param {import("./stores.mjs").Stores} stores
   * @param {{ namespace: string, database: string, images: { all: string, serve: string } }} options
   */
  constructor(cluster, stores, { namespace, database, images }) {
    this.cluster = cluster;
    this.stores = stores;
    this.namespace = namespace;
    this.database = database;
    this.images = images;
    this.folder = mkdtempSync(join(tmpdir(), "atalaya-values-"));
  }

  /** Namespace and secret: what an administrator makes before. */
  async prepareNamespace() {
    const { cluster, namespace, stores } = this;
    await cluster.kubectl(["create", "namespace", namespace]);
    const levels = ["enforce", "warn", "audit"].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
    await cluster.kubectl(["label", "namespace", namespace, ...levels]);
    const password = decodeURIComponent(stores.database.password);
    const literals = [`PG_PASSWORD=${password}`, `AWS_ACCESS_KEY_ID=${keys.access}`, `AWS_SECRET_ACCESS_KEY=${keys.secret}`];
    const words = literals.map((literal) => `--from-literal=${literal}`);
    await cluster.kubectl(["-n", namespace, "create", "secret", "generic", "stores", ...words]);
  }

  /** @param {Record<string, unknown>} [more] values laid over those of every release here */
  values(more = {}) {
    const { stores, images, database } = this;
    const [allRepository = "", tag = ""] = split(images.all);
    const [serveRepository = "", serveTag = ""] = split(images.serve);
    return {
      image: { repository: allRepository, tag, pullPolicy: "IfNotPresent" },
      serveImage: { repository: serveRepository, tag: serveTag },
      database: {
        existingSecret: "stores",
        host: HOST,
        port: Number(stores.database.port),
        name: database,
        user: decodeURIComponent(stores.database.username),
      },
      objects: {
        endpoint: `http://${HOST}:${stores.objectsPort}`,
        existingSecret: "stores",
        bucket: `atalaya-${this.namespace}`,
      },
      ...more,
    };
  }

  /** @param {string} action @param {Record<string, unknown>} values @param {readonly string[]} [words] */
  async helm(action, values, words = []) {
    const file = join(this.folder, `${action}.json`);
    writeFileSync(file, JSON.stringify(values));
    return this.cluster.tool("helm", [action, "atalaya", chart, "-n", this.namespace, "-f", file, ...words]);
  }

  /** @param {readonly string[]} words */
  kubectl(words) {
    return this.cluster.kubectl(["-n", this.namespace, ...words]);
  }

  /** Address inside the cluster. @param {string} service */
  async address(service) {
    const ip = await this.kubectl(["get", "service", service, "-o", "jsonpath={.spec.clusterIP}:{.spec.ports[0].port}"]);
    return `http://${ip.trim()}`;
  }

  /** Asks the prediction service of a pipeline. @param {string} pipeline @returns {Promise<{ status: number, body: Record<string, unknown> }>} */
  async predict(pipeline) {
    const url = `${await this.address(`atalaya-${pipeline}`)}/v1/pipelines/${pipeline}`;
    // The row that the model itself gives as an example.
    const text = await this.cluster.inside(`
      const { example } = await (await fetch("${url}")).json();
      const headers = { "content-type": "application/json" };
      const answer = await fetch("${url}/predict", { method: "POST", headers, body: JSON.stringify(example) });
      console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));`);
    return JSON.parse(text.trim().split("\n").at(-1) ?? "");
  }

  /** What a person would look at when it does not come up. */
  async tell() {
    const parts = [
      await this.kubectl(["get", "pods,jobs", "-o", "wide"]),
      await this.kubectl(["get", "events", "--sort-by=.lastTimestamp"]),
      await this.kubectl(["logs", "--all-containers", "--prefix", "--tail=30", "-l", "app.kubernetes.io/instance=atalaya"]),
    ].map((text) => text.trimEnd().split("\n").slice(-60).join("\n"));
    return parts.join("\n\n");
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Longest that it may take once the image is on the node. */
const MOST_SECONDS = 180;

/** What house-prices needs: its source is a Service beside it, as it would be an API of somebody else's. */
export const housePrices = {
  project: { path: "/app/applications/house-prices" },
  sampleSources: [
    { name: "listings", setting: "LISTINGS_URL", file: "/app/applications/house-prices/sample/king-county.csv.gz", rows: 5_000 },
  ],
  serve: { pipelines: [{ name: "house-prices", replicas: 1, autoscaling: { enabled: false } }] },
};

/** Steps that fit on two processors beside each other. @param {string} executor */
export function valuesOf(executor) {
  return { ...housePrices, executor: { kind: executor, cpu: "250m", memory: "1Gi" }, worker: { everySeconds: 5 } };
}

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {Installation} installation
 * @param {{ executor: string }} options
 */
export async function checkInstallation(checks, installation, { executor }) {
  const values = installation.values(valuesOf(executor));
  const started = performance.now();
  const isUp = await checks.check(`helm install in a restricted namespace, steps by ${executor || "the worker"}`, async () => {
    await installation.prepareNamespace();
    const words = ["--wait", "--timeout", `${MOST_SECONDS}s`];
    await installation.helm("install", values, words).catch(async (error) => {
      throw new Error(`${error.message}\n${await installation.tell()}`);
    });
    return "every pod is ready, so a version was promoted";
  });
  if (isUp === null) return;
  const first = await checks.check("/predict answers", async () => {
    const answer = await eventually("an answer", 30, async () => {
      const told = await installation.predict("house-prices");
      return told.status === 200 ? told : null;
    });
    const seconds = (performance.now() - started) / 1000;
    expect(seconds <= MOST_SECONDS, `it took ${seconds.toFixed(0)} s`);
    return `${JSON.stringify(answer.body).slice(0, 120)} after ${seconds.toFixed(0)} s from nothing`;
  });
  if (executor === "kubernetes") await checks.check("each step had a pod of its own", () => checkStepPods(installation));
  await checks.check("no pod violates the restricted standard, and roots are read-only", () => checkPods(installation));
  await checks.check("helm test", () =>
    installation.cluster.tool("helm", ["test", "atalaya", "-n", installation.namespace]).then(() => ""),
  );
  await checks.check("deploy/verify", async () => {
    const { binaries, kubeconfig } = installation.cluster;
    const variables = { KUBECTL: join(binaries, "kubectl"), KUBECONFIG: kubeconfig };
    const table = await must(process.execPath, ["deploy/verify.mjs", "--namespace", installation.namespace], variables);
    return `${table.trim().split("\n").length} checks`;
  });
  if (first !== null) await checkChanges(checks, installation, values);
}

/** @param {Installation} installation */
async function checkStepPods(installation) {
  const names = await installation.kubectl(["get", "jobs", "-o", "jsonpath={.items[*].metadata.name}"]);
  const jobs = names
    .trim()
    .split(/\s+/)
    .filter((name) => name !== "");
  expect(jobs.length >= 5, `Jobs: ${jobs.join(", ")}`);
  return `${jobs.length} Jobs: ${jobs.slice(0, 12).join(", ")}`;
}

/** @param {Installation} installation */
async function checkPods(installation) {
  const list = JSON.parse(await installation.kubectl(["get", "pods", "-o", "json"]));
  for (const { metadata, spec } of list.items) {
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])])
      expect(
        container.securityContext?.readOnlyRootFilesystem === true,
        `${metadata.name}/${container.name} may write to its root`,
      );
  }
  return `${list.items.length} pods`;
}

/** @param {string} image */
function split(image) {
  const at = image.lastIndexOf(":");
  return [image.slice(0, at), image.slice(at + 1)];
}
