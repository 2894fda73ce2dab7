import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** @typedef {{ name: string, version: string, folder: string }} InstalledPackage `folder` is relative to the repository */

/**
 * The packages that these roots need to run: their dependencies, and those of these, found as Node.js finds them. Optional ones
 * (binaries of another system) and peers are in when they are installed.
 *
 * @param {string} repository
 * @param {Pick<import("./targets.mjs").Target, "roots" | "without">} target
 * @returns {InstalledPackage[]} sorted by folder
 */
export function dependenciesOf(repository, { roots, without }) {
  /** @type {Map<string, InstalledPackage>} */
  const found = new Map();
  const top = realpathSync(repository);
  /** @param {string} name @param {string} from @param {boolean} isRequired */
  const visit = (name, from, isRequired) => {
    if (without.includes(name)) return;
    const folder = locate(name, from, top);
    if (folder === null) {
      if (isRequired) throw new Error(`${name}, which ${relative(top, from)} needs, is not installed.`);
      return;
    }
    const key = relative(top, folder).split(sep).join("/");
    if (found.has(key)) return;
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    found.set(key, { name, version: manifest.version, folder: key });
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
    for (const each of Object.keys(dependencies)) visit(each, folder, !(each in optionalDependencies));
    for (const each of [...Object.keys(optionalDependencies), ...Object.keys(peerDependencies)]) visit(each, folder, false);
  };
  for (const root of roots) visit(root, top, true);
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/**
 * The nearest node_modules upwards that has it, as its real folder: our own packages are links.
 *
 * @param {string} name
 * @param {string} from
 * @param {string} top
 */
function locate(name, from, top) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (folder === top || dirname(folder) === folder) return null;
  }
}
