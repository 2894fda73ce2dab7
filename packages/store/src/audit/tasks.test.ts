import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store, TASK_CHANNEL, taskPayload } from "../index.js";

let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-tasks-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const key = { run: "r", step: "train", attempt: 1 } as const;
const task = { ...key, pipeline: "homes", stage: "train", input: { z: 1, a: { y: 2, b: 3 } } };

test("a task is entered once, keeps the order of what it is given, and ends once", async () => {
  const heard: (string | null)[] = [];
  const stop = await store.listen(TASK_CHANNEL, (payload) => heard.push(payload));
  await store.tasks.open([task]);
  await store.tasks.open([{ ...task, input: "another" }]);
  const begun = await store.tasks.begin(key);
  expect(JSON.stringify(begun?.input)).toBe('{"z":1,"a":{"y":2,"b":3}}');
  expect(begun?.state).toBe("waiting");
  expect(await store.tasks.finish(key, { outcome: { summary: "fitted" } })).toBe(true);
  const failure = { code: "X", message: "late", hint: null, status: 500, retryable: true };
  expect(await store.tasks.finish(key, { failure })).toBe(false);
  expect(await store.tasks.find(key)).toMatchObject({ state: "done", outcome: { summary: "fitted" }, error: null });
  await expect.poll(() => heard).toEqual([taskPayload(key)]);
  stop();
});

test("the newest attempt is the last one; a task that nobody entered cannot be begun", async () => {
  await store.tasks.open([{ ...task, step: "split" }]);
  await store.tasks.open([{ ...task, step: "split", attempt: 2 }]);
  expect((await store.tasks.last("r", "split"))?.attempt).toBe(2);
  expect(await store.tasks.last("r", "gate")).toBeNull();
  expect(await store.tasks.begin({ run: "r", step: "gate", attempt: 1 })).toBeNull();
});

test("the log grows by parts; an installation keeps its name", async () => {
  const part = (sha256: string) => ({ zone: "eval", key: `eval/homes/log-${sha256}.txt`, sha256, bytes: 1 }) as const;
  await store.tasks.addLog(key, part("a"));
  await store.tasks.addLog(key, part("b"));
  expect((await store.tasks.find(key))?.log.map(({ sha256 }) => sha256)).toEqual(["a", "b"]);
  expect(await store.tasks.installation()).toBe(await store.tasks.installation());
});
