import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createDirectoryStore } from "./directory-store.js";
import { countObjectUse, objectUse } from "./object-use.js";

test("what is asked of a store is counted by operation, failures apart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-use-"));
  const store = countObjectUse(createDirectoryStore(folder));
  const reference = await store.put("raw", { pipeline: "homes", extension: "txt", name: "a" }, Buffer.from("hello"));
  expect(Buffer.from(await store.get(reference)).toString()).toBe("hello");
  await expect(store.get({ ...reference, key: "raw/homes/none.txt" })).rejects.toThrow();
  const use = Object.fromEntries(objectUse(store).map(({ operation, done, failed }) => [operation, [done, failed]]));
  rmSync(folder, { recursive: true });
  expect(use).toMatchObject({ put: [1, 0], get: [1, 1], download: [0, 0] });
  expect(objectUse(store).find(({ operation }) => operation === "put")?.seconds).toBeGreaterThan(0);
});
