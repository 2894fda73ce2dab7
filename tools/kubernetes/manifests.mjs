// What the chart and the workflows look like from outside: linted, and taken by a real API server without a word.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../prepare.mjs";
import { renderedFiles, staleFiles } from "../render-deploy.mjs";
import { expect } from "./checks.mjs";
import { must } from "./rig.mjs";
import { toolsPython } from "./stores.mjs";

const chart = join(repository, "deploy/chart");

/** Values with which the chart is looked at: each a kind of installation. */
export function valuesFiles() {
  return readdirSync(join(chart, "ci"))
    .sort()
    .map((name) => join(chart, "ci", name));
}

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./rig.mjs").Cluster} cluster
 */
export async function checkManifests(checks, cluster) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-manifests-"));
  try {
    const rendered = await checks.check("helm lint --strict and helm template", () => render(cluster, folder));
    if (rendered !== null) await checkRendered(checks, cluster, folder, rendered);
    await checks.check("helm refuses values of a wrong type by their name", () => refuseWrongValues(cluster));
    await checks.check("kustomize overlays: strict server-side dry-run", () => dryRunOverlays(cluster, folder));
    await checks.check("hadolint", async () => {
      const hadolint = join(dirname(await toolsPython()), "hadolint");
      return must(hadolint, ["--failure-threshold", "info", "deploy/Dockerfile"]);
    });
    await checks.check("actionlint", () => cluster.tool("actionlint", ["-shellcheck=", "-pyflakes="]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import("./rig.mjs").Cluster} cluster @param {string} folder */
async function render(cluster, folder) {
  const files = [];
  for (const values of valuesFiles()) {
    await cluster.tool("helm", ["lint", "--strict", chart, "-f", values]);
    const text = await cluster.tool("helm", ["template", "atalaya", chart, "--namespace", "atalaya-dry", "-f", values]);
    const file = join(folder, values.split("/").at(-1) ?? "");
    writeFileSync(file, text);
    files.push(file);
  }
  return files;
}

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./rig.mjs").Cluster} cluster
 * @param {string} folder
 * @param {readonly string[]} files
 */
async function checkRendered(checks, cluster, folder, files) {
  await checks.check("kubeconform, with the schemas of the live server", async () => {
    const schemas = join(folder, "schemas");
    await must(join(cluster.rig, "schemas.sh"), [schemas, cluster.kubeconfig]);
    const location = `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`;
    // The Prometheus operator's own types are not on this server.
    const skipped = "ServiceMonitor,PrometheusRule,PodMonitor";
    return lastLine(
      await cluster.tool("kubeconform", ["-strict", "-summary", "-skip", skipped, "-schema-location", location, ...files]),
    );
  });
  await checks.check("what is made of other files is up to date", async () => {
    const stale = staleFiles(await renderedFiles(join(cluster.binaries, "helm")));
    expect(stale.length === 0, `node tools/render-deploy.mjs would change: ${stale.join(", ")}`);
  });
  await checks.check("strict server-side dry-run", async () => {
    await cluster.kubectl(["create", "namespace", "atalaya-dry"]);
    await cluster.kubectl(["label", "namespace", "atalaya-dry", "pod-security.kubernetes.io/enforce=restricted"]);
    for (const file of files) await dryRun(cluster, withoutOperator(file), "atalaya-dry");
    return `${files.length} kinds of installation`;
  });
  await checks.check("kube-score finds nothing critical", async () => {
    const text = await cluster.tool("kube-score", ["score", "--output-format", "ci", ...files]).catch((error) => String(error));
    expect(text.includes("[OK]"), text.slice(0, 2_000));
    const critical = text.split("\n").filter((line) => line.startsWith("[CRITICAL]"));
    expect(critical.length === 0, critical.join("\n"));
  });
}

/** A warning of Pod Security is a finding too. @param {import("./rig.mjs").Cluster} cluster @param {string} file @param {string} namespace */
async function dryRun(cluster, file, namespace) {
  const text = await cluster.kubectl(["apply", "--dry-run=server", "--validate=strict", "--namespace", namespace, "-f", file]);
  expect(!/warning/i.test(text), text);
}

/** @param {string} file */
function withoutOperator(file) {
  const documents = readFileSync(file, "utf8").split(/^---$/m);
  const kept = documents.filter((document) => !document.includes("monitoring.coreos.com"));
  const plain = `${file}.plain.yaml`;
  writeFileSync(plain, kept.join("---\n"));
  return plain;
}

/** @param {import("./rig.mjs").Cluster} cluster */
async function refuseWrongValues(cluster) {
  const words = ["template", "atalaya", chart, "-f", valuesFiles()[0] ?? ""];
  for (const [wrong, named] of /** @type {const} */ ([
    ["server.replicas=many", "/server/replicas"],
    ["executor.kind=docker", "/executor/kind"],
    ["serve.defaults.drainSeconds=0", "/serve/defaults/drainSeconds"],
    ["databse.host=db", "databse"],
  ])) {
    const answer = await cluster.tool("helm", [...words, "--set", wrong]).then(
      () => "it was taken",
      (error) => String(error.message),
    );
    expect(answer.includes(named), `${wrong}: ${answer}`);
  }
}

/** @param {import("./rig.mjs").Cluster} cluster @param {string} folder */
async function dryRunOverlays(cluster, folder) {
  const overlays = readdirSync(join(repository, "deploy/kustomize/overlays"));
  for (const overlay of overlays) {
    const text = await cluster.kubectl(["kustomize", join(repository, "deploy/kustomize/overlays", overlay)]);
    const file = join(folder, `overlay-${overlay}.yaml`);
    writeFileSync(file, text);
    const namespace = /^ {2}namespace: (\S+)$/m.exec(text)?.[1] ?? "";
    await cluster.kubectl(["apply", "-f", join(repository, "deploy/kustomize/overlays", overlay, "namespace.yaml")]);
    await dryRun(cluster, withoutOperator(file), namespace);
  }
  return overlays.join(", ");
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}
