import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { repository } from "../command.js";

const run = promisify(execFile);

/** The rig that KUBERNETES_RIG names, or the one beside the repository; null: there is none. */
export function findRig(): string | null {
  const folder = resolve(repository, process.env["KUBERNETES_RIG"] ?? "../shared/kubernetes-rig");
  return existsSync(join(folder, "cluster.sh")) ? folder : null;
}

/** A real API server, controllers and scheduler, and a node that runs pods as processes of this machine. */
export class TierOne {
  private constructor(
    readonly rig: string,
    readonly folder: string,
    readonly kubeconfig: string,
    readonly binaries: string,
  ) {}

  static async start(rig: string): Promise<TierOne> {
    const folder = mkdtempSync("/var/tmp/atalaya-rig-");
    const installed = await run(join(rig, "install.sh"), []);
    const { stdout } = await run(join(rig, "cluster.sh"), ["up", folder]);
    const last = (text: string): string => text.trim().split("\n").at(-1) ?? "";
    return new TierOne(rig, folder, last(stdout), last(installed.stdout));
  }

  async kubectl(...words: readonly string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    const { stdout } = await run(join(this.binaries, "kubectl"), [...words], { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  async list<Item>(namespace: string, kind: string, selector = ""): Promise<readonly Item[]> {
    const words = ["-n", namespace, "get", kind, "-o", "json", ...(selector === "" ? [] : ["-l", selector])];
    return (JSON.parse(await this.kubectl(...words)) as { readonly items: readonly Item[] }).items;
  }

  /** Applies an object as it is given. */
  async apply(manifest: unknown): Promise<void> {
    const file = join(this.folder, `apply-${Date.now()}.json`);
    writeFileSync(file, JSON.stringify(manifest));
    await this.kubectl("apply", "-f", file);
  }

  /** Evicts a pod, as `kubectl drain` does. */
  async evict(namespace: string, pod: string): Promise<void> {
    const file = join(this.folder, "eviction.json");
    const metadata = { name: pod, namespace };
    writeFileSync(file, JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata }));
    await this.kubectl("create", "--raw", `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, "-f", file);
  }

  /** Kills the API server and starts it again after a while, with the same words. */
  async withoutApiServer(forMs: number): Promise<void> {
    const file = join(this.folder, "pid/kube-apiserver");
    const pid = Number(readFileSync(file, "utf8").split(" ")[0]);
    const [program = "", ...words] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    process.kill(pid, "SIGKILL");
    await new Promise((done) => setTimeout(done, forMs));
    const again = spawn(program, words, { detached: true, stdio: "ignore" });
    again.unref();
    const started = readFileSync(`/proc/${again.pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")[19];
    writeFileSync(file, `${again.pid} ${started}\n`);
  }

  async stop(): Promise<void> {
    await run(join(this.rig, "cluster.sh"), ["down", this.folder]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
