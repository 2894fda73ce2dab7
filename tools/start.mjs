// Runs `atalaya up` in this process, after installing and building what is missing. One process, so that a signal reaches
// the platform once from whoever sends it, and killing this process kills the platform with it.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";

requireNodeVersion();
await prepare();

const main = join(repository, "packages/cli/dist/main.js");
process.argv = [process.execPath, main, "up", ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
