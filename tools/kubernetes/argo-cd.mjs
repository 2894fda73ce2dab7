// A real Argo CD that follows a Git repository with the chart in it.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { expect } from "./checks.mjs";
import { eventually, must } from "./rig.mjs";

/**
 * Syncs the prediction service, of the models that another release trained, from a repository.
 *
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./installation.mjs").Installation} installation  prepared, and not installed
 * @param {Record<string, unknown>} values
 */
export async function checkArgoCd(checks, installation, values) {
  const { cluster, namespace } = installation;
  const folder = mkdtempSync(join(tmpdir(), "atalaya-git-"));
  const git = (/** @type {string[]} */ ...words) =>
    must("git", ["-C", folder, "-c", "user.name=test", "-c", "user.email=test@localhost", ...words]);
  try {
    if ((await checks.check("Argo CD starts", () => cluster.startArgo())) === null) return;
    await checks.check("Argo CD's own types take the application of applications", async () => {
      const files = ["project.yaml", "root.yaml", "apps"].flatMap((name) => ["-f", join(repository, "deploy/argocd", name)]);
      await cluster.kubectl(["apply", "--dry-run=server", "--validate=strict", ...files]);
    });
    await installation.prepareNamespace();
    cpSync(join(repository, "deploy/chart"), join(folder, "chart"), { recursive: true });
    mkdirSync(join(folder, "environments"));
    const file = join(folder, "environments/values.json");
    writeFileSync(file, JSON.stringify(values));
    await git("init", "-q", "-b", "main");
    await git("add", ".");
    await git("commit", "-qm", "first");
    const manifest = join(installation.folder, "application.json");
    writeFileSync(manifest, JSON.stringify(application(folder, namespace)));
    await checks.check("Argo CD syncs the chart from a Git repository", async () => {
      await cluster.kubectl(["apply", "-f", manifest]);
      await untilHealthy(installation);
      const { status, body } = await installation.predict("house-prices");
      expect(status === 200, JSON.stringify(body));
      return "Synced, Healthy, and it answers";
    });
    await checks.check("it heals a deleted Deployment", async () => {
      const before = await uid(installation);
      await installation.kubectl(["delete", "deployment", "atalaya-house-prices", "--wait=true"]);
      await eventually("another Deployment", 90, async () => {
        const now = await uid(installation).catch(() => before);
        return now !== before && (await readyReplicas(installation)) === 1;
      });
    });
    await checks.check("it follows a commit", async () => {
      writeFileSync(
        file,
        JSON.stringify({
          ...values,
          serve: { pipelines: [{ name: "house-prices", replicas: 2, autoscaling: { enabled: false } }] },
        }),
      );
      await git("commit", "-qam", "two replicas");
      await eventually("two replicas", 90, async () => (await readyReplicas(installation)) === 2);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {string} namespace */
function application(folder, namespace) {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "atalaya", namespace: "argocd" },
    spec: {
      project: "default",
      source: {
        repoURL: `file://${folder}`,
        path: "chart",
        targetRevision: "main",
        helm: { releaseName: "atalaya", valueFiles: ["../environments/values.json"] },
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}

/** @param {import("./installation.mjs").Installation} installation */
async function untilHealthy({ cluster }) {
  const path =
    "jsonpath={.status.sync.status} {.status.health.status} {.status.conditions[*].message} {.status.operationState.message}";
  await eventually("Synced Healthy", 120, async () => {
    const text = await cluster.kubectl(["-n", "argocd", "get", "application", "atalaya", "-o", path]);
    if (text.startsWith("Synced Healthy")) return true;
    throw new Error(text);
  });
}

/** @param {import("./installation.mjs").Installation} installation */
async function uid(installation) {
  return installation.kubectl(["get", "deployment", "atalaya-house-prices", "-o", "jsonpath={.metadata.uid}"]);
}

/** @param {import("./installation.mjs").Installation} installation */
async function readyReplicas(installation) {
  return Number(
    await installation.kubectl(["get", "deployment", "atalaya-house-prices", "-o", "jsonpath={.status.readyReplicas}"]),
  );
}
