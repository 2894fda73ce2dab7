import { afterEach, expect, test } from "vitest";
import { checkLayers } from "./checks/layers.mjs";
import { type PlantedTree, plantTree } from "./planted-tree.js";

let tree: PlantedTree;
afterEach(() => tree.remove());

async function problemsOf(files: Record<string, string>): Promise<string[]> {
  tree = plantTree({ "packages/errors/src/index.ts": "export const a = 1;\n", ...files });
  return (await checkLayers(tree.root)).problems;
}

const index = {
  "packages/learn/src/index.ts": "export type A = number;\n",
  "packages/store/src/index.ts": "export const s = 1;\n",
};

test.each([
  [
    "an import against the direction",
    "packages/learn/src/a.ts",
    'import { s } from "@atalaya/store";\nexport { s };\n',
    "learn-direction",
  ],
  [
    "a type import against it",
    "packages/learn/src/a.ts",
    'import type { S } from "@atalaya/store";\nexport type T = S;\n',
    "learn-direction",
  ],
  ["an export from against it", "packages/learn/src/a.ts", 'export * from "../../store/src/index.js";\n', "learn-direction"],
  ["a dynamic import against it", "packages/learn/src/a.ts", 'export const a = import("@atalaya/store");\n', "learn-direction"],
  ["a deep import", "packages/registry/src/a.ts", 'export * from "../../store/src/tables.js";\n', "no-deep-imports"],
  ["a deep import by name", "packages/registry/src/a.ts", 'export * from "@atalaya/store/dist/tables.js";\n', "resolvable"],
  ["pg outside of store", "packages/registry/src/a.ts", 'import pg from "pg";\nexport { pg };\n', "only-store-knows"],
  [
    "Kysely's types outside of store",
    "packages/registry/src/a.ts",
    'import type { Kysely } from "kysely";\nexport type K = Kysely<object>;\n',
    "only-store-knows",
  ],
  ["the S3 client outside of store", "packages/run/src/a.ts", 'import "@aws-sdk/client-s3";\n', "only-store-knows"],
  [
    "DBOS outside of run",
    "packages/serve/src/a.ts",
    'import { DBOS } from "@dbos-inc/dbos-sdk";\nexport { DBOS };\n',
    "only-run-knows",
  ],
  ["a builtin of Node in learn", "packages/learn/src/a.ts", 'import "node:fs";\n', "browser-safe"],
  ["a library in learn", "packages/learn/src/a.ts", 'import "commander";\n', "no-libraries"],
  ["learn in an application", "applications/homes/homes.ts", 'import "@atalaya/learn";\n', "applications-import-define"],
  ["a library in an application", "applications/homes/homes.ts", 'import "commander";\n', "applications-import-define"],
  ["a test in a source", "packages/learn/src/a.ts", 'import "./b.test.js";\n', "no-tests-in-sources"],
  ["an import that leads nowhere", "packages/learn/src/a.ts", 'import "./nowhere.js";\n', "resolvable"],
  ["a type import in the middle", "packages/learn/src/a.ts", 'export type T = import("./b.js").B;\n', "type-imports"],
  [
    "a page that enters the database",
    "packages/console/src/page.tsx",
    'import { s } from "@atalaya/store";\nexport { s };\n',
    "direction",
  ],
  ["a page with a deep import", "packages/console/src/page.tsx", 'import "../../store/src/tables.js";\n', "direction"],
  ["a package without a rule", "packages/extra/src/index.ts", "export const e = 1;\n", "direction"],
])("%s is caught", async (_what, path, text, rule) => {
  const store = { "packages/store/src/tables.ts": "export const t = 1;\n" };
  const problems = await problemsOf({ ...index, ...store, "packages/learn/src/b.test.ts": "export {};\n", [path]: text });
  expect(problems.join("\n")).toContain(`(${rule})`);
});

test("a circle is caught and drawn", async () => {
  const problems = await problemsOf({
    "packages/learn/src/a.ts": 'import { b } from "./b.js";\nexport const a = (): number => b();\n',
    "packages/learn/src/b.ts": 'import { a } from "./a.js";\nexport const b = (): number => a();\n',
  });
  expect(problems.join("\n")).toMatch(/a\.ts → .*b\.ts.*\(no-cycles\)/);
});

test("what the design allows passes", async () => {
  const problems = await problemsOf({
    ...index,
    "packages/define/src/index.ts": 'export type { A } from "@atalaya/learn";\n',
    "packages/learn/src/threads/node.ts": 'import "node:worker_threads";\n',
    "packages/store/src/database.ts": 'export type { Kysely } from "kysely";\n',
    "packages/store/src/database.test.ts": 'import "node:fs";\nimport "./database.js";\n',
    "applications/homes/homes.ts": 'import "@atalaya/define";\nimport "./prices.js";\n',
    "applications/homes/prices.ts": "export {};\n",
    "applications/homes/sample/convert.mjs": 'import "node:fs";\n',
  });
  expect(problems).toEqual([]);
});
