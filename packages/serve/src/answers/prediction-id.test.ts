import { expect, it } from "vitest";
import { createIdGenerator } from "./prediction-id.js";

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it("makes UUIDs of version 7 that never repeat", () => {
  const next = createIdGenerator();
  const ids = new Set(Array.from({ length: 20_000 }, next));
  expect(ids.size).toBe(20_000);
  for (const id of ids) expect(id).toMatch(VERSION_7);
});

it("sorts by time", () => {
  let now = Date.UTC(2026, 10, 21);
  const next = createIdGenerator(() => now++);
  const ids = Array.from({ length: 1_000 }, next);
  expect([...ids].sort()).toEqual(ids);
  expect(Number.parseInt(ids[0]!.replace("-", "").slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 21));
});
