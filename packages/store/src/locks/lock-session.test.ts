import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../index.js";
import { type LockSession, openLockSession } from "./lock-session.js";

let home: string;
let store: Store;
let ours: LockSession;
let theirs: LockSession;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-locks-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  ours = await openLockSession(store.databaseUrl, "atalaya ours");
  theirs = await openLockSession(store.databaseUrl, "atalaya theirs");
});
afterAll(async () => {
  await Promise.all([ours.close(), theirs.close()]);
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

async function breakSession(): Promise<void> {
  await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'atalaya ours'`.execute(
    store.database,
  );
}

test("one has the lock, the other waits for it, in one process too", async () => {
  expect(await ours.tryLock("a")).toBe(true);
  expect(await ours.tryLock("a")).toBe(false);
  expect(await theirs.tryLock("a")).toBe(false);
  let told = 0;
  const waiting = theirs.lock("a", () => void told++);
  await expect.poll(() => told).toBe(1);
  await ours.unlock("a");
  await waiting;
  expect(told).toBe(1);
  expect(await ours.tryLock("a")).toBe(false);
  await theirs.unlock("a");
});

test("a session that breaks is opened again and has its locks; it can be used as before", async () => {
  await ours.lock("b");
  await breakSession();
  await expect.poll(() => ours.tryLock("c")).toBe(true);
  expect(await theirs.tryLock("b")).toBe(false);
  await Promise.all([breakSession(), ours.unlock("b")]);
  // Until the session is open again, whoever comes first has what it held.
  await expect.poll(() => ours.tryLock("e")).toBe(true);
  await expect.poll(() => theirs.tryLock("b")).toBe(true);
  expect(await theirs.tryLock("c")).toBe(false);
  await ours.unlock("c");
  expect(await theirs.tryLock("c")).toBe(true);
  await Promise.all([theirs.unlock("b"), theirs.unlock("c"), ours.unlock("e")]);
});

test("who came first while it was broken has the lock, and then it is ours again", async () => {
  const waiting = theirs.lock("d");
  await waiting;
  const taken = ours.lock("d");
  await breakSession();
  await theirs.unlock("d");
  await taken;
  expect(await theirs.tryLock("d")).toBe(false);
});
