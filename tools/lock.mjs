// npm run lock: brings package-lock.json up to every package.json, for all systems, and installs it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingOptionals, readLock } from "./lock-file.mjs";
import { repository } from "./prepare.mjs";
import { runToEnd } from "./subprocess.mjs";

const npm = { cwd: repository, show: true, shell: process.platform === "win32" };
const { code } = await runToEnd("npm", ["install", "--ignore-scripts"], npm);
if (code !== 0) process.exit(code);

const lock = readLock(repository);
const missing = missingOptionals(lock);
for (const { path, entry } of missing) lock.packages[path] = entry;
const inOrder = Object.entries(lock.packages).sort(([left], [right]) => left.localeCompare(right, "en"));
writeFileSync(
  join(repository, "package-lock.json"),
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(inOrder) }, null, 2)}\n`,
);
process.stdout.write(`package-lock.json is complete; ${missing.length} packages of other systems were added\n`);
