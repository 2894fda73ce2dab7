import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {Record<string, string>} Versions
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], link?: boolean, bin?: unknown, dependencies?: Versions, devDependencies?: Versions, optionalDependencies?: Versions }} Entry
 * @typedef {{ packages: Record<string, Entry> }} Lock
 */

/**
 * @param {string} root
 * @returns {Lock}
 */
export function readLock(root) {
  return JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
}

/**
 * Packages for other systems that the lock file does not hold. npm leaves them out when the registry at hand does not carry
 * them, and then refuses the lock file in `npm ci`, on every system.
 *
 * @param {Lock} lock
 * @returns {{ path: string, entry: Entry, wantedBy: string }[]}
 */
export function missingOptionals({ packages }) {
  return Object.entries(packages).flatMap(([wantedBy, { dev, optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !resolves(packages, wantedBy, name))
      .map(([name, version]) => ({
        path: `node_modules/${name}`,
        entry: { version, ...(dev ? { dev } : {}), optional: true, ...systemOf(name) },
        wantedBy,
      })),
  );
}

/**
 * Whether a package finds another in its own node_modules or in one above.
 *
 * @param {Lock["packages"]} packages
 * @param {string} from
 * @param {string} name
 */
function resolves(packages, from, name) {
  for (let folder = from; ; ) {
    if (packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === "") return false;
    folder = folder.includes("/node_modules/") ? folder.slice(0, folder.lastIndexOf("/node_modules/")) : "";
  }
}

/**
 * The system that the name of a prebuilt package stands for: `@swc/core-linux-arm64-musl`.
 *
 * @param {string} name
 */
function systemOf(name) {
  const os = /(android|darwin|freebsd|openharmony|linux|win32)/.exec(name)?.[1];
  const cpu = /[-/](arm64|x64|arm|ia32|ppc64|s390x|riscv64)(?![a-z0-9])/.exec(name)?.[1];
  if (os === undefined || cpu === undefined) throw new Error(`The name ${name} says no system; write its entry by hand.`);
  const libc = /musl/.test(name) ? ["musl"] : os === "linux" && /gnu/.test(name) ? ["glibc"] : undefined;
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc }) };
}
