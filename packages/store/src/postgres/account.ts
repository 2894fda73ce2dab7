import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errors } from "../errors.js";

/** User that PostgreSQL runs as, when it is not our own. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts that exist on most systems and own nothing of value, best first. */
const candidates = ["atalaya", "postgres", "nobody"];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * PostgreSQL refuses to run as root, so root must name another account that is in the system's list (initdb looks it up).
 *
 * @throws STORE_ROOT_WITHOUT_ACCOUNT
 */
export async function unprivilegedAccount(): Promise<Account> {
  const accounts = await listAccounts();
  for (const name of candidates) {
    const account = accounts.find((entry) => entry.name === name && entry.uid > 0);
    if (account) return account;
  }
  throw errors.ROOT_WITHOUT_ACCOUNT({});
}

/** Account that owns a path; null when root owns it or it does not exist. */
export async function ownerOf(path: string): Promise<Account | null> {
  const facts = await stat(path).catch(() => null);
  if (facts === null || facts.uid === 0) return null;
  const known = (await listAccounts()).find((account) => account.uid === facts.uid);
  return known ?? { name: String(facts.uid), uid: facts.uid, gid: facts.gid };
}

async function listAccounts(): Promise<Account[]> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    // Negative numbers of macOS (nobody is -2) are 32-bit.
    return name && uid && gid ? [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }] : [];
  });
}

/** True when the account may enter every directory down to an existing path and read it; access lists are not looked at. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  for (let current = path; ; current = dirname(current)) {
    const facts = await stat(current).catch(() => null);
    if (facts === null) return false;
    const needed = facts.isDirectory() && current !== path ? 0o1 : 0o5;
    const shift = facts.uid === account.uid ? 6 : facts.gid === account.gid ? 3 : 0;
    if (((facts.mode >> shift) & needed) !== needed) return false;
    if (dirname(current) === current) return true;
  }
}
