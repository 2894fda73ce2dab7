import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errors } from "../errors.js";
import { createExclusively } from "../files/exclusive-file.js";
import { type Account, canReach, isRoot, ownerOf, unprivilegedAccount } from "./account.js";
import { homeFile, sweepLostStates } from "./lost-states.js";

/** Where the files of a home's PostgreSQL lie and who runs it. */
export interface Placement {
  readonly home: string;
  /** Holds data/, password, server.log, locks/ and users/. */
  readonly directory: string;
  /** Null: PostgreSQL runs as ourselves. */
  readonly account: Account | null;
  /** Where a copy of the binaries goes when those of the package cannot be used as they are. */
  readonly binariesDirectory: string;
}

/** The account may pass through but not list or write: root writes files here and must not follow what the account planted. */
const stateMode = 0o711;

/** Directory that every account can enter; used when the home cannot be reached by the account. */
const sharedDirectory = "/var/lib/atalaya";

/**
 * Decides and prepares the state directory: `<home>/postgres`. As root, PostgreSQL runs as an unprivileged account; when that
 * account cannot enter the home (below /root, say) the files go to `/var/lib/atalaya/<id>` and `<home>/postgres/location.json` says so.
 *
 * @throws STORE_HOME_NOT_WRITABLE, STORE_HOME_OF_ANOTHER_USER, STORE_ROOT_WITHOUT_ACCOUNT
 */
export async function placeState(wantedHome: string, shared = sharedDirectory): Promise<Placement> {
  await makeDirectory(wantedHome);
  const home = await realpath(wantedHome);
  const local = join(home, "postgres");
  const moved = await readLocation(local);
  if (!isRoot()) {
    if (moved !== null || (await isForeign(local))) throw errors.HOME_OF_ANOTHER_USER({ home });
    await makeDirectory(local, 0o700);
    return { home, directory: local, account: null, binariesDirectory: join(local, "binaries") };
  }
  const owner = (await ownerOf(join(moved ?? local, "data"))) ?? (await ownerOf(moved ?? local));
  const account = owner ?? (await unprivilegedAccount());
  if (moved === null && (await canReach(account, home))) {
    await makeDirectory(local, stateMode);
    return { home, directory: local, account, binariesDirectory: join(local, "binaries") };
  }
  await makeDirectory(shared, 0o755);
  if (!(await canReach(account, shared))) {
    throw errors.HOME_NOT_WRITABLE({
      directory: home,
      because: `the account ${account.name}, which runs PostgreSQL, cannot enter it`,
    });
  }
  if (moved === null) await sweepLostStates(shared);
  const directory = moved ?? (await chooseLocation(home, local, account, shared));
  await makeDirectory(directory, stateMode);
  await writeFile(join(directory, homeFile), home, { mode: 0o600 });
  return { home, directory, account, binariesDirectory: join(shared, "binaries") };
}

async function isForeign(directory: string): Promise<boolean> {
  const facts = await stat(directory).catch(() => null);
  return facts !== null && process.getuid !== undefined && facts.uid !== process.getuid();
}

async function readLocation(local: string): Promise<string | null> {
  const text = await readFile(join(local, "location.json"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw errors.HOME_OF_ANOTHER_USER({ home: join(local, "..") }, error);
  });
  if (text === null) return null;
  const { directory }: { directory?: unknown } = JSON.parse(text);
  return typeof directory === "string" ? directory : null;
}

/** A home that was deleted and made again gets new files; the note, not the path alone, ties files to a home. */
async function chooseLocation(home: string, local: string, account: Account, shared: string): Promise<string> {
  const prefix = createHash("sha256").update(home).digest("hex").slice(0, 12);
  const directory = join(shared, `${prefix}-${randomBytes(4).toString("hex")}`);
  const earlier = (await readdir(shared)).filter((name) => name.startsWith(prefix)).map((name) => join(shared, name));
  const note = {
    directory,
    because: `PostgreSQL does not run as root; it runs as ${account.name}, who cannot enter ${home}.`,
    remove: `rm -r ${[directory, ...earlier].join(" ")}`,
  };
  await makeDirectory(local);
  // Of two processes that start at once, the second takes what the first wrote.
  const wrote = await createExclusively(join(local, "location.json"), `${JSON.stringify(note, null, 2)}\n`);
  return wrote ? directory : ((await readLocation(local)) ?? directory);
}

async function makeDirectory(directory: string, mode = 0o755): Promise<void> {
  try {
    // The mode of mkdir passes through the umask, which may be a strict one.
    if ((await mkdir(directory, { recursive: true })) !== undefined) await chmod(directory, mode);
  } catch (error) {
    throw errors.HOME_NOT_WRITABLE({ directory, because: error instanceof Error ? error.message : String(error) }, error);
  }
}
