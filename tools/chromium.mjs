import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { runToEnd } from "./subprocess.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of a Chromium of the system; null: there is none. `CHROMIUM` names another one. */
export function findChromium() {
  const { CHROMIUM, PATH = "" } = process.env;
  if (CHROMIUM !== undefined && CHROMIUM !== "") return CHROMIUM;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find(isExecutable) ?? null;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A Chromium of the system, installed with apt where it is missing and this process may install.
 *
 * @returns {Promise<string | null>} null: there is none, and it could not be installed
 */
export async function requireChromium() {
  const found = findChromium();
  if (found !== null) return found;
  if (process.getuid?.() !== 0) return null;
  process.stderr.write("Installing Chromium (only now) …\n");
  const apt = (/** @type {string[]} */ ...args) =>
    runToEnd("apt-get", args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  await apt("update", "-q");
  const { code, output } = await apt("install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core");
  if (code !== 0) process.stderr.write(output);
  return findChromium();
}
