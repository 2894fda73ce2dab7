import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";

import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { repository } from "../prepare.mjs";
import { runToEnd } from "../subprocess.mjs";
import { whenLeaving } from "./leaving.mjs";

/** What a script of the rig ends with when the machine lacks something. */
export const LACKS = 77;

/** Thrown where a test cannot run on this machine, with the reason. */
export class Lacking extends Error {}

/**
 * A cluster of the rig: a real API server, kubelet and containerd in namespaces of its own. See its README.
 */
export class Cluster {
  /** @param {string} rig @param {string} folder @param {string} binaries @param {string} kubeconfig */
  constructor(rig, folder, binaries, kubeconfig) {
    this.rig = rig;
    this.folder = folder;
    this.binaries = binaries;
    this.kubeconfig = kubeconfig;
    this.stopped = whenLeaving(() => {
      execFileSync(join(rig, "node.sh"), ["down", folder], { stdio: "ignore" });
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /**
   * Starts one in a folder of its own.
   *
   * @returns {Promise<Cluster>}
   * @throws Lacking
   */
  static async start() {
    const rig = findRig();
    if (process.getuid?.() !== 0) throw new Lacking("only root can start a kubelet");
    const binaries = lastLine(await script(rig, "install.sh", []));
    // A short path: those of unix sockets are limited.
    const folder = mkdtempSync("/tmp/kube-");
    try {
      const cluster = new Cluster(rig, folder, binaries, lastLine(await script(rig, "node.sh", ["up", folder])));
      await cluster.nameDisk();
      return cluster;
    } catch (error) {
      await script(rig, "node.sh", ["down", folder]).catch(() => "");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      throw error;
    }
  }

  /** The rig's kubelet does not measure its disk, so its node offers none, and no pod that asks for some would find a place. */
  async nameDisk() {
    const disk = { "ephemeral-storage": "50Gi" };
    const status = JSON.stringify({ status: { capacity: disk, allocatable: disk } });
    await this.kubectl(["patch", "node", "node", "--subresource=status", "--type=merge", "-p", status]);
  }

  /** @param {readonly string[]} words */
  async kubectl(words) {
    return this.tool("kubectl", words);
  }

  /**
   * Runs a tool of the rig against this cluster.
   *
   * @param {string} name
   * @param {readonly string[]} words
   * @returns {Promise<string>} what it printed
   * @throws when it does not end with 0
   */
  async tool(name, words) {
    return must(join(this.binaries, name), words, { KUBECONFIG: this.kubeconfig });
  }

  /** Lets pods reach a port of this machine as 10.77.0.1. @param {number} port */
  async expose(port) {
    await script(this.rig, "node.sh", ["expose", String(port), this.folder]);
  }

  /** Runs JavaScript inside the cluster's network, where ClusterIPs answer. @param {string} code */
  async inside(code) {
    return script(this.rig, "node.sh", ["exec", this.folder, process.execPath, "--input-type=module", "--eval", code]);
  }

  /** @param {string} image @param {string} target @param {string} context */
  async build(image, target, context) {
    const words = ["build", context, image, "--layers", "-f", join(context, "deploy/Dockerfile"), "--target", target];
    await script(this.rig, "image.sh", words, 1_800_000);
  }

  /** @param {string} image */
  async load(image) {
    await script(this.rig, "image.sh", ["load", image, this.folder]);
  }

  async startArgo() {
    await script(this.rig, "argocd.sh", ["up", this.folder]);
  }

  async stop() {
    await script(this.rig, "node.sh", ["down", this.folder]);
    this.stopped();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The folder of KUBERNETES_RIG, or the one beside this repository. */
function findRig() {
  const given = process.env.KUBERNETES_RIG;
  const folder = given === undefined || given === "" ? join(repository, "../shared/kubernetes-rig") : resolve(given);
  if (!existsSync(join(folder, "node.sh")))
    throw new Lacking(`there is no rig in ${folder}; KUBERNETES_RIG names another folder`);
  return folder;
}

/**
 * @param {string} rig
 * @param {string} name
 * @param {readonly string[]} words
 * @param {number} [timeoutMs]
 */
async function script(rig, name, words, timeoutMs = 300_000) {
  const { code, output } = await runToEnd(join(rig, name), words, { timeoutMs });
  if (code === LACKS) throw new Lacking(lastLine(output));
  if (code !== 0)
    throw new Error(`${name} ${words[0] ?? ""} ended with code ${code}:\n${output.trimEnd().split("\n").slice(-40).join("\n")}`);
  return output;
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 * @param {Record<string, string>} [variables]
 */
export async function must(command, words, variables = {}) {
  const { code, output } = await runToEnd(command, words, {
    env: { ...process.env, ...variables },
    cwd: repository,
    timeoutMs: 600_000,
  });
  if (code !== 0)
    throw new Error(
      `${command.split("/").at(-1)} ${words.join(" ")} ended with code ${code}:\n${output.trimEnd().slice(-4_000)}`,
    );
  return output;
}

/**
 * Asks again until the answer is yes.
 *
 * @template Answer
 * @param {string} what
 * @param {number} seconds
 * @param {() => Promise<Answer | null | undefined | false>} question
 * @returns {Promise<Answer>}
 */
export async function eventually(what, seconds, question) {
  /** @type {unknown} */
  let last = "no";
  for (const deadline = Date.now() + seconds * 1_000; Date.now() < deadline; await wait(500)) {
    try {
      const answer = await question();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`${what}: not after ${seconds} s (${last instanceof Error ? last.message : String(last)})`);
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}
