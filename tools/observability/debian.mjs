import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runToEnd } from "../subprocess.mjs";

/**
 * The path of each program: of the system where it is installed, else out of Debian's package, unpacked below ~/.cache.
 * No package is installed and no service is started. Null when there is neither.
 *
 * @param {Readonly<Record<string, readonly string[]>>} wanted  programs by Debian package
 * @param {(line: string) => void} say
 * @returns {Promise<Record<string, string> | null>}
 */
export async function debianPrograms(wanted, say) {
  /** @type {Record<string, string>} */
  const paths = {};
  for (const [name, programs] of Object.entries(wanted)) {
    const installed = programs.map((program) => [program, onPath(program)]);
    const missing = installed.some(([, path]) => path === null);
    const folder = missing ? await unpacked(name, say) : null;
    if (missing && (folder === null || !placeTemplates(folder))) return null;
    for (const [program, path] of installed) paths[String(program)] = path ?? join(folder ?? "", "usr/bin", String(program));
  }
  return paths;
}

const TEMPLATES = "usr/share/prometheus/alertmanager";

/**
 * Debian's Alertmanager reads its templates at a place that is compiled in. False: they are missing and only root may put them there.
 *
 * @param {string} folder
 */
function placeTemplates(folder) {
  const [own, system] = [join(folder, TEMPLATES), join("/", TEMPLATES)];
  if (!existsSync(own) || existsSync(join(system, "default.tmpl"))) return true;
  try {
    cpSync(own, system, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} program */
function onPath(program) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/**
 * @param {string} name
 * @param {(line: string) => void} say
 */
async function unpacked(name, say) {
  const cache = join(homedir(), ".cache/atalaya/debian");
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  say(`fetching Debian's package ${name} …`);
  const download = mkdtempSync(join(tmpdir(), "atalaya-debian-"));
  try {
    const fetched = () => runToEnd("apt-get", ["download", "-q", name], { cwd: download });
    if ((await fetched()).code !== 0) {
      // Lists that are missing or too old.
      await runToEnd("apt-get", ["update", "-q"]);
      if ((await fetched()).code !== 0) return null;
    }
    const [file] = readdirSync(download).filter((each) => each.endsWith(".deb"));
    mkdirSync(cache, { recursive: true });
    const partial = mkdtempSync(join(cache, "partial-"));
    const { code } = await runToEnd("dpkg-deb", ["--extract", join(download, file ?? ""), partial]);
    if (code !== 0) return null;
    renameSync(partial, folder);
    return folder;
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}
