import { readFileSync } from "node:fs";

/**
 * True when `version` ("v20.20.2") is at least `least` ("20.20"), part by part.
 *
 * @param {string} version
 * @param {string} least
 */
export function isAtLeast(version, least) {
  const have = version.replace(/^v/, "").split(".").map(Number);
  const want = least.split(".").map(Number);
  for (const [position, wanted] of want.entries()) {
    const had = have[position] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return true;
}

/** Ends the process with a sentence that says the cure, when this Node is older than `engines` in package.json asks for. */
export function requireNodeVersion() {
  const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const least = engines.node.replace(/^>=\s*/, "");
  if (isAtLeast(process.version, least)) return;
  process.stderr.write(
    `Atalaya needs Node ${least} or newer, but ${process.execPath} is ${process.version}.\n` +
      `Install a newer Node (https://nodejs.org, or your version manager, such as "nvm install ${least.split(".")[0]}") and run the command again.\n`,
  );
  process.exit(1);
}
