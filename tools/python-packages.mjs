import { existsSync } from "node:fs";
import { join } from "node:path";
import { runToEnd } from "./subprocess.mjs";

const INSTALL_MS = 900_000;
/** https://docs.astral.sh/uv: takes ten seconds for what takes pip two minutes, as it unpacks side by side and compiles nothing. */
const UV = "uv==0.13.9";

/** What pip was told, in uv's words: https://docs.astral.sh/uv/reference/environment. */
const settings = new Map([
  ["index-url", "UV_DEFAULT_INDEX"],
  ["extra-index-url", "UV_INDEX"],
  ["find-links", "UV_FIND_LINKS"],
  ["no-index", "UV_NO_INDEX"],
  ["cert", "SSL_CERT_FILE"],
]);

/**
 * Installs a list of packages into a virtual environment: by uv, and by pip where uv cannot be had or does not find a package.
 *
 * @param {string} python  interpreter of the environment
 * @param {string} requirements  path of a pip requirements file
 * @param {string} tools  folder that keeps uv for the next environment
 * @throws when pip fails too, with what it said
 */
export async function installPackages(python, requirements, tools) {
  const folder = join(tools, UV.replace("==", "-"));
  const uv = join(folder, "bin", "uv");
  if (!existsSync(uv)) await pip(python, ["--target", folder, UV]);
  const env = { ...process.env, ...(await pipSettings(python)) };
  const words = ["pip", "install", "--quiet", "--python", python, "-r", requirements];
  const { code } = await runToEnd(uv, words, { env, timeoutMs: INSTALL_MS });
  if (code === 0) return;
  const { code: pipCode, output } = await pip(python, ["-r", requirements]);
  if (pipCode !== 0) throw new Error(`pip install -r ${requirements} ended with code ${pipCode}:\n${output}`);
}

/**
 * @param {string} python
 * @param {readonly string[]} words
 */
function pip(python, words) {
  const all = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...words];
  return runToEnd(python, all, { timeoutMs: INSTALL_MS });
}

/**
 * Its files and its environment, so that a registry or certificate that pip was given holds for uv; what uv was told itself stays.
 *
 * @param {string} python
 */
async function pipSettings(python) {
  const { output } = await runToEnd(python, ["-m", "pip", "config", "list"]);
  /** @type {Record<string, string>} */
  const found = {};
  for (const [, key = "", value = ""] of output.matchAll(/^\S*\.([\w-]+)='(.*)'$/gm)) {
    const name = settings.get(key);
    if (name !== undefined && process.env[name] === undefined) found[name] = value;
  }
  return found;
}
