import fs from "node:fs";
import { basename, join } from "node:path";
import type { Settings } from "@atalaya/settings";
import git from "isomorphic-git";
import http from "isomorphic-git/http/node";
import { errors } from "../errors.js";

/** Fetched folders that stay: the one that is used, and the one that a process may still be reading. */
const KEPT = 2;

export interface FetchOptions {
  readonly repository: string;
  /** Absolute. Each commit becomes a folder in it, and the link `current` leads to the newest. */
  readonly folder: string;
  /** A branch, a tag, or the full id of a commit. */
  readonly revision: string;
  readonly credentials: Settings["git"];
  /** Files that are copied into the folder with the commit in place of `@REVISION@`. */
  readonly fill: readonly string[];
}

export interface Fetched {
  readonly commit: string;
  /** False: it was there already. */
  readonly isNew: boolean;
}

/**
 * Fetches a repository at a revision, without its history. The link is moved last and at once, so that a reader sees the old
 * folder or the new one, each whole.
 *
 * @throws CLI_REPOSITORY_FAILED, CLI_UNKNOWN_REVISION
 */
export async function fetchRepository(options: FetchOptions): Promise<Fetched> {
  const { folder, repository, revision } = options;
  fs.mkdirSync(folder, { recursive: true });
  const found = await findRevision(options);
  const place = join(folder, found.commit);
  const isNew = !fs.existsSync(place);
  if (isNew) {
    const arriving = fs.mkdtempSync(join(folder, ".arriving-"));
    try {
      await receive(options, found, arriving);
      fs.rmSync(join(arriving, ".git"), { recursive: true });
      fs.chmodSync(arriving, 0o755);
      fs.renameSync(arriving, place);
    } catch (cause) {
      fs.rmSync(arriving, { recursive: true, force: true });
      if (isUnknownRevision(cause)) throw errors.UNKNOWN_REVISION({ repository: withoutPassword(repository), revision }, cause);
      throw failed(repository, cause);
    }
  }
  for (const file of options.fill) {
    replace(join(folder, basename(file)), (path) =>
      fs.writeFileSync(path, fs.readFileSync(file, "utf8").replaceAll("@REVISION@", found.commit)),
    );
  }
  replace(join(folder, "current"), (path) => fs.symlinkSync(found.commit, path));
  removeOld(folder, found.commit);
  return { commit: found.commit, isNew };
}

interface FoundRevision {
  readonly commit: string;
  /** Null: a commit that no branch or tag need name. */
  readonly reference: string | null;
}

async function findRevision({ repository, revision, credentials }: FetchOptions): Promise<FoundRevision> {
  if (/^[0-9a-f]{40}$/.test(revision)) return { commit: revision, reference: null };
  const references = await git
    .listServerRefs({ http, url: repository, peelTags: true, ...authorisation(credentials) })
    .catch((cause: unknown) => {
      throw failed(repository, cause);
    });
  for (const name of [revision, `refs/heads/${revision}`, `refs/tags/${revision}`]) {
    const found = references.find(({ ref }) => ref === name);
    if (found !== undefined) return { commit: found.peeled ?? found.oid, reference: found.ref };
  }
  throw errors.UNKNOWN_REVISION({ repository: withoutPassword(repository), revision });
}

/** A commit by its id may be anywhere in the history, so that comes as a whole; a branch or tag comes alone. */
async function receive(
  { repository, credentials }: FetchOptions,
  { commit, reference }: FoundRevision,
  dir: string,
): Promise<void> {
  const shared = { fs, http, dir, url: repository, ...authorisation(credentials) };
  if (reference === null) await git.clone({ ...shared, noCheckout: true });
  else await git.clone({ ...shared, ref: reference, singleBranch: true, depth: 1, noCheckout: true });
  await git.checkout({ fs, dir, ref: commit, force: true });
}

/** Asked once: an answer that is refused would be asked for again and again. */
function authorisation(credentials: Settings["git"]) {
  return credentials === null ? {} : { onAuth: () => ({ ...credentials }), onAuthFailure: () => ({ cancel: true }) };
}

/** Writes beside and renames over: what reads it never finds it missing or half. */
function replace(path: string, write: (path: string) => void): void {
  const fresh = `${path}.${process.pid}`;
  fs.rmSync(fresh, { force: true });
  write(fresh);
  fs.renameSync(fresh, path);
}

function removeOld(folder: string, commit: string): void {
  const others = fs
    .readdirSync(folder)
    .filter((name) => /^[0-9a-f]{40}$/.test(name) && name !== commit)
    .map((name) => ({ path: join(folder, name), at: fs.statSync(join(folder, name)).ctimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of others.slice(KEPT - 1)) fs.rmSync(path, { recursive: true, force: true });
}

function failed(repository: string, cause: unknown): Error {
  const because = cause instanceof Error ? cause.message : String(cause);
  return errors.REPOSITORY_FAILED({ repository: withoutPassword(repository), because }, cause);
}

function withoutPassword(repository: string): string {
  if (!URL.canParse(repository)) return repository;
  const url = new URL(repository);
  url.username = "";
  url.password = "";
  return url.href;
}

function isUnknownRevision(error: unknown): boolean {
  return error instanceof Error && ["NotFoundError", "CommitNotFetchedError"].includes(error.name);
}
