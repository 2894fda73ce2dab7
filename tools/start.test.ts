import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A repository with our tools, a compiler that does what `compiler` says, and a platform that does what `platform` says. */
let root: string;

const platform = `
process.stdout.write("up " + JSON.stringify(process.argv.slice(2)) + "\\n");
const keep = setInterval(() => undefined, 1000);
process.on("SIGINT", () => { process.stdout.write("one SIGINT\\n"); clearInterval(keep); process.exitCode = 3; });
`;

/** Of AssemblyScript: an empty module where one is asked for. */
const compiled = 'require("node:fs").writeFileSync(process.argv[process.argv.indexOf("-o") + 1], "");';

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "atalaya-start-"));
  for (const file of ["start.mjs", "prepare.mjs", "kernels.mjs", "build-page.mjs", "subprocess.mjs", "node-version.mjs"]) {
    cpSync(fileURLToPath(new URL(file, import.meta.url)), join(root, "tools", file), { recursive: true });
  }
  const lock = '{ "packages": { "": {} } }';
  write(
    "package.json",
    '{ "name": "planted", "type": "module", "engines": { "node": ">=20.20" }, "scripts": { "start": "node tools/start.mjs" } }',
  );
  write("package-lock.json", lock);
  write("node_modules/.atalaya-installed", createHash("sha256").update(lock).digest("hex"));
  write("node_modules/typescript/bin/tsc", "");
  write("node_modules/assemblyscript/package.json", "{}");
  write("node_modules/assemblyscript/bin/asc.js", compiled);
  write("node_modules/vite/package.json", "{}");
  write("node_modules/vite/bin/vite.js", "");
  write("packages/learn/assembly/training.ts", "");
  write("packages/learn/src/kernels/answering.ts", "");
  write("packages/console/dist/page/index.html", "");
  write("packages/cli/dist/main.js", platform);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function start(command: string, args: readonly string[], options: { detached?: boolean } = {}): Started {
  const child = spawn(command, args, { cwd: root, ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => (output += bytes.toString()));
  return { child, output: () => output, ended: new Promise((resolve) => child.on("close", (code) => resolve(code))) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !condition(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(condition()).toBe(true);
}

test("passes arguments, signal and exit code through, and says nothing of its own", async () => {
  const { child, output, ended } = start(process.execPath, ["tools/start.mjs", "--port", "5000"]);
  await until(() => output().includes("up "));
  child.kill("SIGINT");
  expect(await ended).toBe(3);
  expect(output()).toBe('up ["up","--port","5000"]\none SIGINT\n');
});

test("a signal to the whole group, as from a terminal, ends npm and the platform", async () => {
  const { child, output, ended } = start("npm", ["start", "--silent"], { detached: true });
  await until(() => output().includes("up "));
  process.kill(-(child.pid ?? Number.NaN), "SIGINT");
  await ended;
  expect(output()).toContain("one SIGINT");
});

test("a build that fails shows the end of its log and starts nothing", async () => {
  write("node_modules/typescript/bin/tsc", 'console.log("a.ts(1,1): error TS1: wrong"); process.exitCode = 2;');
  const { output, ended } = start(process.execPath, ["tools/start.mjs"]);
  expect(await ended).toBe(1);
  expect(output()).toContain("error TS1: wrong");
  expect(output()).toContain("could not be built");
  expect(output()).not.toContain("up [");
});

test("installs once when the lock file has changed, with the npm that runs it, and leaves a stamp", async () => {
  const lock = '{ "packages": { "": {}, "node_modules/a": { "version": "1.0.0" } } }';
  write("package-lock.json", lock);
  write("npm-cli.js", 'require("fs").appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");');
  write("packages/cli/dist/main.js", "");
  const environment = { ...process.env, npm_execpath: join(root, "npm-cli.js"), NODE_ENV: "production" };
  write("package.json", '{ "name": "planted", "engines": { "node": ">=20.20" } }');
  for (let time = 0; time < 2; time += 1) {
    spawnSync(process.execPath, ["tools/start.mjs"], { cwd: root, env: environment });
  }
  expect(readFileSync(join(root, "npm.log"), "utf8")).toBe(
    "ci --include=dev --ignore-scripts --prefer-offline --loglevel=error\n",
  );
  expect(readFileSync(join(root, "node_modules/.atalaya-installed"), "utf8")).toBe(
    createHash("sha256").update(lock).digest("hex"),
  );
});

test("a failed installation is tried again, not taken for done", () => {
  rmSync(join(root, "node_modules/.atalaya-installed"));
  write("npm-cli.js", 'console.error("npm error network"); process.exitCode = 1;');
  write("package.json", '{ "name": "planted", "engines": { "node": ">=20.20" } }');
  const environment = { ...process.env, npm_execpath: join(root, "npm-cli.js") };
  const { status, stderr } = spawnSync(process.execPath, ["tools/start.mjs"], { cwd: root, env: environment, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("npm error network");
  expect(existsSync(join(root, "node_modules/.atalaya-installed"))).toBe(false);
});

test("an old Node gets a sentence, not a stack", () => {
  write("package.json", '{ "name": "planted", "type": "module", "engines": { "node": ">=99.1" } }');
  const { status, stderr } = spawnSync(process.execPath, ["tools/start.mjs"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("Atalaya needs Node 99.1 or newer");
  expect(stderr).not.toContain("at ");
});
