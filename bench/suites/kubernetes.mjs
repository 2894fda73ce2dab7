import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { stages } from "../kubernetes/stages.mjs";
import { measureStepStart } from "../kubernetes/step-start.mjs";

export const question =
  "What does a step as a Job cost, and what do 10, 100 and 1,000 at once cost the worker and the API server?";

const run = promisify(execFile);
/** What a step as a Job may cost beyond the start of its pod. */
const PROMISED_MS = 300;
const FAN_OUTS = [10, 100, 1_000];
const NODES = 10;
const WORK_MS = 2_000;

/**
 * A real API server, controllers and scheduler with nodes that kwok plays: every pod runs two seconds. The launcher is the
 * worker's own, in a process of its own for each size. KUBERNETES_RIG names the rig; logs, which kwok has none of, are not counted.
 *
 * @param {import("../../tools/bench.mjs").Bench} bench
 */
export async function* measure({ repository, say, skip }) {
  say("a step's process …");
  const stepStart = await measureStepStart(repository);
  yield { name: "a step beyond pod start and work", ours: stepStart, unit: "ms", peer: "promise", theirs: PROMISED_MS, limit: 1 };
  const rig = resolve(repository, process.env.KUBERNETES_RIG ?? "../shared/kubernetes-rig");
  if (!existsSync(join(rig, "cluster.sh")))
    return skip("fan-out", `there is no rig in ${rig}; KUBERNETES_RIG names another folder`);
  const folder = mkdtempSync("/var/tmp/atalaya-bench-kubernetes-");
  /** @type {import("node:child_process").ChildProcess | null} */
  let kwok = null;
  try {
    say("starting the control plane …");
    const binaries = lastLine((await run(join(rig, "install.sh"), [])).stdout);
    const kubeconfig = lastLine((await run(join(rig, "cluster.sh"), ["up", folder])).stdout);
    // The rig's own node would carry out pods of other nodes as well.
    process.kill(Number(readFileSync(join(folder, "pid/procnode"), "utf8").split(" ")[0]), "SIGKILL");
    kwok = await startNodes(binaries, folder, kubeconfig);
    for (const jobs of FAN_OUTS) {
      say(`${jobs} Jobs …`);
      const taken = await fanOut(kubeconfig, jobs);
      const [failure] = taken.failures;
      if (failure !== undefined) throw new Error(`${taken.failures.length} of ${jobs} Jobs failed: ${failure}`);
      yield { name: `${jobs} Jobs, all done`, ours: taken.seconds, unit: "s" };
      yield { name: `${jobs} Jobs, CPU of the worker`, ours: taken.cpuSeconds, unit: "s" };
      yield { name: `${jobs} Jobs, memory of the worker`, ours: taken.megabytes, unit: "MB" };
      yield { name: `${jobs} Jobs, requests to the API server`, ours: taken.requests, unit: "requests" };
    }
  } finally {
    kwok?.kill("SIGKILL");
    await run(join(rig, "cluster.sh"), ["down", folder]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {string} kubeconfig @param {number} jobs */
async function fanOut(kubeconfig, jobs) {
  const script = new URL("../kubernetes/fan-out.mjs", import.meta.url).pathname;
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    ATALAYA_KUBERNETES_IMAGE: "bench",
    ATALAYA_KUBERNETES_NAMESPACE: "default",
    ATALAYA_KUBERNETES_KEEP: "1h",
    // The Job controller makes about five pods a second.
    ATALAYA_KUBERNETES_START_WITHIN: "1h",
    ATALAYA_KUBERNETES_NODE_SELECTOR: "type=kwok",
    ATALAYA_KUBERNETES_TOLERATIONS: "kwok",
  };
  const { stdout } = await run(process.execPath, ["--expose-gc", script, String(jobs), `fan-out-${jobs}`], { env });
  /** @type {{ seconds: number, cpuSeconds: number, megabytes: number, requests: number, failures: string[] }} */
  const taken = JSON.parse(lastLine(stdout));
  return taken;
}

/** Nodes that only kwok knows, beside the rig's own, which gets no pod of ours. @param {string} binaries @param {string} folder @param {string} kubeconfig */
async function startNodes(binaries, folder, kubeconfig) {
  const config = join(folder, "stages.yaml");
  writeFileSync(
    config,
    stages(WORK_MS)
      .map((stage) => JSON.stringify(stage))
      .join("\n---\n"),
  );
  const words = ["--kubeconfig", kubeconfig, "--config", config, "--manage-all-nodes=false"];
  const nodes = join(folder, "nodes.json");
  const items = Array.from({ length: NODES }, (_, number) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: `kwok-${number}`, labels: { type: "kwok" }, annotations: { "kwok.x-k8s.io/node": "fake" } },
    spec: { taints: [{ key: "kwok", value: "true", effect: "NoSchedule" }] },
  }));
  writeFileSync(nodes, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  await run(join(binaries, "kubectl"), ["apply", "-f", nodes], { env });
  const kwok = spawn(join(binaries, "kwok"), [...words, "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake"], {
    stdio: "ignore",
  });
  for (let look = 0; look < 120; look++) {
    const { stdout } = await run(join(binaries, "kubectl"), ["get", "nodes", "-l", "type=kwok", "-o", "json"], { env });
    const { items: found } = JSON.parse(stdout);
    /** @param {{ status?: { conditions?: { type: string, status: string }[] } }} node */
    const isReady = (node) => node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    if (found.length === NODES && found.every(isReady)) return kwok;
    await wait(500);
  }
  kwok.kill("SIGKILL");
  throw new Error("kwok's nodes did not become ready");
}

/** @param {string} text */
const lastLine = (text) => text.trim().split("\n").at(-1) ?? "";
