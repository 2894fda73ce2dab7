import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "../store.js";

let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-answers-"));
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
});

afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const HOUR_MS = 3_600_000;

function claim(key: string, bodyHash = "b", times: { lapseMs?: number; keepMs?: number } = {}) {
  const own = randomUUID();
  const claimed = store.givenAnswers.claim({ key, bodyHash, claim: own, lapseMs: HOUR_MS, keepMs: HOUR_MS, ...times });
  return { own, claimed };
}

test("of many who take a key at once, one answers, and all others get its answer", async () => {
  const claims = Array.from({ length: 20 }, () => claim("at once"));
  const states = await Promise.all(claims.map(({ claimed }) => claimed));
  expect(states.filter(({ state }) => state === "yours")).toHaveLength(1);
  expect(states.filter(({ state }) => state === "pending")).toHaveLength(19);
  const winner = claims[states.findIndex(({ state }) => state === "yours")]!;
  await store.givenAnswers.keep("at once", winner.own, Buffer.from("\0bytes"));
  const later = await claim("at once", "another body").claimed;
  expect(later).toEqual({ state: "answered", bodyHash: "b", answer: Buffer.from("\0bytes") });
});

test("a claim that is given back, or lapses with its process, is another's", async () => {
  const first = claim("given back");
  await first.claimed;
  await store.givenAnswers.release("given back", first.own);
  const second = claim("given back");
  expect(await second.claimed).toEqual({ state: "yours" });
  // Whoever comes too late changes nothing.
  await store.givenAnswers.keep("given back", first.own, Buffer.from("late"));
  expect(await claim("given back").claimed).toMatchObject({ state: "pending" });
  expect(await claim("given back", "b", { lapseMs: -1 }).claimed).toEqual({ state: "yours" });
});

test("answers are kept for their time, and removed", async () => {
  const first = claim("old");
  await first.claimed;
  await store.givenAnswers.keep("old", first.own, Buffer.from("x"));
  expect(await claim("old", "b", { lapseMs: -1 }).claimed).toMatchObject({ state: "answered" });
  expect(await claim("old", "b", { keepMs: -1 }).claimed).toEqual({ state: "yours" });
  expect(await store.givenAnswers.removeBefore(new Date(Date.now() - HOUR_MS))).toBe(0);
  expect(await store.givenAnswers.removeBefore(new Date(Date.now() + HOUR_MS))).toBeGreaterThan(0);
  expect(await claim("old").claimed).toEqual({ state: "yours" });
});

test("what a pipeline says last about serving counts", async () => {
  expect(await store.serving.of("homes")).toBeNull();
  await store.serving.declare("homes", { hashed: ["street"] });
  await store.serving.declare("homes", { hashed: ["street", "city"] });
  expect(await store.serving.of("homes")).toEqual({ hashed: ["street", "city"] });
});
