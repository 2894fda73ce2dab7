// node deploy/image/root-file-system.mjs TARGET DIRECTORY: everything that the image TARGET holds, as the tree of its root.
// It runs in the build stage, after npm ci and npm run build.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { billOfMaterials } from "./bill-of-materials.mjs";
import { dependenciesOf } from "./dependencies.mjs";
import { targetNamed } from "./targets.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Types, maps and texts for people are not read at run time; licences stay with what they license. */
const unread = /\.(d\.[cm]?ts|[cm]?ts|tsx|map|flow|md|markdown|tsbuildinfo)$|\.test(-d)?\.[cm]?js$/i;
/** At the top of a package only: deeper, a folder of such a name may hold code. */
const unreadFolders = new Set([
  ".github",
  "bench",
  "benchmark",
  "benchmarks",
  "coverage",
  "doc",
  "docs",
  "example",
  "examples",
  "test",
  "tests",
  "src",
  "dist-types",
  "node_modules",
]);

/**
 * @param {string} name
 * @param {string} directory
 */
export function makeRoot(name, directory) {
  const target = targetNamed(name);
  const app = join(directory, "app");
  const installed = dependenciesOf(repository, target);
  for (const { folder } of installed) copyPackage(folder, app);
  // One file with everything that a step loads; what only serves carries out no step.
  if (target.without.includes("@atalaya/run")) rmSync(join(app, "packages/cli/dist/bundle"), { recursive: true, force: true });
  linkOwnPackages(app, installed);
  const { version, atalaya } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  if (target.hasApplications) copyApplications(app);
  const manifest = { name: "atalaya-image", version, private: true, type: "module", ...(target.hasApplications && { atalaya }) };
  writeFileSync(join(app, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(repository, "LICENSE"), join(app, "LICENSE"));
  cpSync(join(repository, "deploy/image/health.mjs"), join(app, "health.mjs"));
  copyNode(directory, nativeFiles(app));
  writeAccounts(directory);
  writeFileSync(join(app, "bom.cdx.json"), `${JSON.stringify(billOfMaterials(repository, name), null, 2)}\n`);
}

/**
 * @param {string} folder
 * @param {string} app
 */
function copyPackage(folder, app) {
  const from = join(repository, folder);
  const isOurs = isOwnPackage(folder);
  cpSync(from, join(app, folder), {
    recursive: true,
    dereference: true,
    filter: (path) => {
      const inside = relative(from, path);
      if (inside === "") return true;
      const [first = ""] = inside.split("/");
      if (isOurs) return ["package.json", "bin", "dist", "python"].includes(first) && !unread.test(inside);
      return !unreadFolders.has(first) && (!unread.test(inside) || /^(licen[cs]e|notice|copying)/i.test(basename(path)));
    },
  });
}

/**
 * @param {string} app
 * @param {readonly import("./dependencies.mjs").InstalledPackage[]} installed
 */
function linkOwnPackages(app, installed) {
  mkdirSync(join(app, "node_modules/@atalaya"), { recursive: true });
  for (const { name, folder } of installed) {
    if (isOwnPackage(folder)) symlinkSync(`../../${folder}`, join(app, "node_modules", name));
  }
}

/** Not what lies in the node_modules of one. @param {string} folder */
function isOwnPackage(folder) {
  return /^packages\/[^/]+$/.test(folder);
}

/** @param {string} app */
function copyApplications(app) {
  for (const name of readdirSync(join(repository, "applications"))) {
    const from = join(repository, "applications", name);
    cpSync(from, join(app, "applications", name), {
      recursive: true,
      filter: (path) =>
        !/^(dist|node_modules)$/.test(relative(from, path)) && !/\.(test\.ts|tsbuildinfo)$|tsconfig\.json$/.test(path),
    });
  }
}

/** @param {string} app */
function nativeFiles(app) {
  const all = /** @type {string[]} */ (readdirSync(app, { recursive: true }));
  return all.filter((path) => /^\.(node|so)$/.test(extname(path))).map((path) => join(app, path));
}

/**
 * Node.js, and the libraries that it and native modules link to, at the paths where the dynamic linker looks for them.
 *
 * @param {string} directory
 * @param {readonly string[]} modules
 */
function copyNode(directory, modules) {
  const node = realpathSync(process.execPath);
  const place = join(directory, "usr/local/bin/node");
  mkdirSync(dirname(place), { recursive: true });
  cpSync(node, place);
  const libraries = new Set([node, ...modules].flatMap(linkedLibraries));
  for (const library of libraries) {
    if (library.startsWith(directory)) continue;
    mkdirSync(dirname(join(directory, library)), { recursive: true });
    cpSync(library, join(directory, library), { dereference: true });
  }
}

/** Absolute paths out of ldd's lines. @param {string} file */
function linkedLibraries(file) {
  const text = execFileSync("ldd", [file], { encoding: "utf8" });
  if (text.includes("not found")) throw new Error(`${file} links to a library that is not there:\n${text}`);
  return [...text.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}

/** Names for the numbers of the account that it runs as: programs ask for them. @param {string} directory */
function writeAccounts(directory) {
  mkdirSync(join(directory, "etc"), { recursive: true });
  writeFileSync(
    join(directory, "etc/passwd"),
    "root:x:0:0:root:/:/nologin\natalaya:x:10001:10001:atalaya:/var/lib/atalaya:/nologin\n",
  );
  writeFileSync(join(directory, "etc/group"), "root:x:0:\natalaya:x:10001:\n");
  writeFileSync(join(directory, "etc/nsswitch.conf"), "hosts: files dns\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , name, directory] = process.argv;
  if (name === undefined || directory === undefined) throw new Error("usage: root-file-system.mjs TARGET DIRECTORY");
  makeRoot(name, directory);
  const all = /** @type {string[]} */ (readdirSync(directory, { recursive: true }));
  const bytes = all.reduce((sum, path) => {
    const facts = lstatSync(join(directory, path));
    return sum + (facts.isFile() && realpathSync(join(directory, path)) === resolve(directory, path) ? facts.size : 0);
  }, 0);
  process.stdout.write(`${name}: ${all.length} files, ${(bytes / 1e6).toFixed(1)} MB\n`);
}
