// The project comes from a Git repository, and a new commit is carried out without an upgrade.
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { expect } from "./checks.mjs";
import { startGitServer } from "./git-server.mjs";
import { eventually, must } from "./rig.mjs";
import { HOST } from "./stores.mjs";

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./installation.mjs").Installation} installation  installed, with a promoted model
 * @param {Record<string, unknown>} values  that it was installed with
 */
export async function checkGitProject(checks, installation, values) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-project-"));
  const git = (/** @type {string[]} */ ...words) =>
    must("git", ["-C", join(folder, "models"), "-c", "user.name=test", "-c", "user.email=test@localhost", ...words]);
  const server = await startGitServer(folder);
  try {
    await must("git", ["init", "-q", "-b", "main", join(folder, "models")]);
    const project = join(folder, "models/prices");
    cpSync(join(repository, "applications/house-prices"), project, {
      recursive: true,
      filter: (path) => !/\/(dist|node_modules)$|tsbuildinfo$/.test(path),
    });
    await git("add", ".");
    await git("commit", "-qm", "first");
    const first = (await git("rev-parse", "HEAD")).trim();
    await installation.cluster.expose(server.port);
    const url = `http://${HOST}:${server.port}/models/.git`;
    const isThere = await checks.check("helm upgrade: the project from a Git repository", async () => {
      const changed = {
        ...values,
        project: { source: "git", path: "prices", git: { url, revision: "main", everySeconds: 5 } },
      };
      await installation.helm("upgrade", changed, ["--wait", "--timeout", "180s"]).catch(async (error) => {
        throw new Error(`${error.message}\n${await installation.tell()}`);
      });
      const log = await installation.kubectl(["logs", "atalaya-worker-0", "-c", "fetch"]);
      expect(log.includes(first), log);
      return `commit ${first.slice(0, 12)}`;
    });
    if (isThere === null) return;
    await checks.check("a new commit starts the worker anew with it", async () => {
      appendFileSync(join(project, "house-prices.ts"), "// Another commit.\n");
      await git("commit", "-qam", "second");
      const second = (await git("rev-parse", "HEAD")).trim();
      await eventually("the worker's new start", 120, async () => (await restarts(installation)) > 0);
      const before = await installation.kubectl(["logs", "atalaya-worker-0", "-c", "worker", "--previous"]);
      expect(before.includes(second), before);
      await installation.kubectl(["wait", "--for=condition=Ready", "pod/atalaya-worker-0", "--timeout=60s"]);
      return `commit ${second.slice(0, 12)}`;
    });
    await checks.check("a step's pod fetches the worker's commit", () => checkStep(installation, url));
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Carries out a part of the pipeline from inside the worker's pod, as a person would.
 *
 * @param {import("./installation.mjs").Installation} installation
 * @param {string} url
 */
async function checkStep(installation, url) {
  const command = ["node", "/app/packages/cli/bin/atalaya.mjs", "run", "house-prices", "--only", "transformation"];
  await installation.kubectl([
    "exec",
    "atalaya-worker-0",
    "-c",
    "worker",
    "--",
    ...command,
    "--project",
    "/project/current/prices",
  ]);
  return eventually("the ends of the pods", 60, async () => {
    const list = JSON.parse(await installation.kubectl(["get", "pods", "-l", "app.kubernetes.io/component=task", "-o", "json"]));
    /** @type {{ metadata: { name: string }, spec: { initContainers?: { args: string[] }[] }, status: { phase: string } }[]} */
    const pods = list.items;
    const fetching = pods.filter(({ spec }) => spec.initContainers?.[0]?.args.includes(url));
    for (const { metadata, spec, status } of fetching) {
      expect(/ [0-9a-f]{40}$/.test(spec.initContainers?.[0]?.args.join(" ") ?? ""), JSON.stringify(spec.initContainers));
      expect(status.phase === "Succeeded", `${metadata.name} is ${status.phase}`);
    }
    return fetching.map(({ metadata }) => metadata.name).join(", ");
  });
}

/** @param {import("./installation.mjs").Installation} installation */
async function restarts(installation) {
  const path = "jsonpath={.status.containerStatuses[?(@.name=='worker')].restartCount}";
  return Number(await installation.kubectl(["get", "pod", "atalaya-worker-0", "-o", path]));
}
