import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { eventually } from "../rig.mjs";

const GROUPS = "/sys/fs/cgroup";

/** A process of the rig, by its name there. It is killed as by a power cut, and started again with the same words in the same place. */
export class RigProcess {
  /** @param {string} folder  of the cluster @param {string} name */
  constructor(folder, name) {
    this.folder = folder;
    this.name = name;
    this.file = join(folder, "pid", name);
    const pid = this.pid();
    this.words = list(`/proc/${pid}/cmdline`);
    this.variables = Object.fromEntries(list(`/proc/${pid}/environ`).map((pair) => pair.split(/=(.*)/s, 2)));
    this.groups = groupsOf(pid);
  }

  pid() {
    return Number(readFileSync(this.file, "utf8").split(" ")[0]);
  }

  kill() {
    process.kill(this.pid(), "SIGKILL");
  }

  start() {
    const holder = readFileSync(join(this.folder, "pid/holder"), "utf8").split(" ")[0] ?? "";
    const log = openSync(join(this.folder, "log", `${this.name}.log`), "a");
    const words = ["-t", holder, "--net", "--mount", "--", ...this.words];
    const child = spawn("nsenter", words, { detached: true, stdio: ["ignore", log, log], env: this.variables });
    closeSync(log);
    child.unref();
    for (const group of this.groups) writeFileSync(join(group, "cgroup.procs"), String(child.pid));
    // The rig ends it by number and time of start.
    const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    writeFileSync(this.file, `${child.pid} ${fields[19]}\n`);
  }
}

/**
 * Kills kubelet, containerd and every process of every container at once, as when the node's power fails.
 *
 * @param {string} folder  of the cluster
 * @returns {() => Promise<void>}  starts the node again
 */
export function stopNode(folder) {
  const [kubelet, containerd] = [new RigProcess(folder, "kubelet"), new RigProcess(folder, "containerd")];
  const daemons = [kubelet, containerd];
  const spared = new RigProcess(folder, "kube-proxy").pid();
  for (const daemon of daemons) daemon.kill();
  const roots = kubelet.groups.map((group) => join(group, ".."));
  // What has just been started by what was killed a moment later is killed in the next round.
  for (let round = 0; round < 5; round++) {
    for (const pid of roots.flatMap(members)) if (pid !== spared) killIfThere(pid);
  }
  return async () => {
    containerd.start();
    const socket = join(folder, "containerd/containerd.sock");
    // A kubelet without it ends, and nobody starts it again here.
    await eventually("containerd answers", 60, () => canConnect(socket));
    kubelet.start();
  };
}

/** @param {string} path @returns {Promise<boolean>} */
function canConnect(path) {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** @param {number} pid */
function killIfThere(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Processes in a group and those below it. @param {string} group @returns {number[]} */
function members(group) {
  const own = list(join(group, "cgroup.procs"), "\n").map(Number);
  const below = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...own, ...below.flatMap(({ name }) => members(join(group, name)))];
}

/** Folders of the control groups that a process is in, beside the root. @param {number} pid @returns {string[]} */
function groupsOf(pid) {
  return readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      const folder = join(GROUPS, controllers.replace(/^name=/, ""), path);
      return path.includes("/rig-") && existsSync(folder) ? [folder] : [];
    });
}

/** @param {string} file @param {string} [separator] */
function list(file, separator = "\0") {
  try {
    return readFileSync(file, "utf8")
      .split(separator)
      .filter((part) => part !== "");
  } catch {
    return [];
  }
}
