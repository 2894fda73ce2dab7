import { readdirSync, readFileSync } from "node:fs";

/** @typedef {{ pid: number, parent: number, command: string, isNode: boolean, isPostgres: boolean }} Process */

/**
 * Every process that can be seen (Linux).
 *
 * @returns {Process[]}
 */
export function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        // The name in parentheses may hold spaces and parentheses: fields are counted from the last one.
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        const title = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
        return [
          { pid: Number(name), parent, command, isNode: title.startsWith("node"), isPostgres: title.startsWith("postgres") },
        ];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/**
 * The process `pid`, the processes whose command names `folder` (a server that was started apart), and all that they
 * started.
 *
 * @param {number} pid
 * @param {string} folder
 */
export function processTree(pid, folder) {
  const all = processes();
  const inTree = new Set(
    all.filter((one) => one.pid === pid || (one.isPostgres && one.command.includes(folder))).map((one) => one.pid),
  );
  for (let before = -1; before !== inTree.size; ) {
    before = inTree.size;
    for (const one of all) if (inTree.has(one.parent)) inTree.add(one.pid);
  }
  return all.filter((one) => inTree.has(one.pid));
}

/**
 * Proportional set size in bytes: shared pages count by their share, so sums over processes are true.
 *
 * @param {readonly Process[]} group
 */
export function proportionalBytes(group) {
  let bytes = 0;
  for (const { pid } of group) {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    if (kilobytes === undefined) throw new Error(`/proc/${pid}/smaps_rollup has no line "Pss".`);
    bytes += Number(kilobytes) * 1024;
  }
  return bytes;
}
