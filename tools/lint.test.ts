import { afterEach, describe, expect, test } from "vitest";
import { checkFormatAndLint } from "./checks/format-and-lint.mjs";
import { checkLostPromises } from "./checks/lost-promises.mjs";
import { type PlantedTree, plantTree } from "./planted-tree.js";

let tree: PlantedTree;
afterEach(() => tree.remove());

const slow = "async function slow(): Promise<number> {\n  return 1;\n}\n";

describe("Biome", () => {
  test.each([
    ["a lost promise", "a.ts", `${slow}slow();\n`, "noFloatingPromises"],
    ["any", "a.ts", "export function a(value: any): unknown {\n  return value;\n}\n", "noExplicitAny"],
    ["a default export", "a.ts", "export default 1;\n", "noDefaultExport"],
    ["the environment read outside of settings", "a.ts", "export const home = process.env.HOME;\n", "noProcessEnv"],
    [
      "a builtin without its prefix",
      "a.ts",
      'import { join } from "path";\n\nexport const a = join("a", "b");\n',
      "useNodejsImportProtocol",
    ],
    ["a name in camel case", "fileName.ts", "export const a = 1;\n", "useFilenamingConvention"],
    ["a file that is not formatted", "a.ts", "export  const a=1\n", "format"],
  ])("%s is caught", async (_what, name, text, rule) => {
    const path = `packages/store/src/${name}`;
    tree = plantTree({ [path]: text });
    const { problems } = await checkFormatAndLint(tree.root);
    expect(problems.join("\n")).toContain(`${path}:`);
    expect(problems.join("\n")).toContain(rule);
  });

  test("settings reads the environment", async () => {
    tree = plantTree({ "packages/settings/src/a.ts": "export const home = process.env.HOME;\n" });
    expect((await checkFormatAndLint(tree.root)).problems).toEqual([]);
  });

  test("a function of more than 50 lines is a warning", async () => {
    const lines = Array.from({ length: 60 }, (_unused, line) => `  total += ${line};\n`).join("");
    tree = plantTree({ "packages/store/src/a.ts": `export function a(total: number): number {\n${lines}  return total;\n}\n` });
    expect(await checkFormatAndLint(tree.root)).toEqual({ problems: [], notes: [expect.stringContaining("1 warning")] });
  });
});

/** The calls that Biome's rule does not see, because their types come from a library. */
test.each([
  ["node:fs", 'import { readFile } from "node:fs/promises";\n\nreadFile("a");\n'],
  ["pg", 'import type { Client } from "pg";\n\nexport function a(client: Client): void {\n  client.query("select 1");\n}\n'],
  [
    "Kysely",
    'import type { Kysely } from "kysely";\n\nexport function a(database: Kysely<{ a: { b: number } }>): void {\n  database.selectFrom("a").selectAll().execute();\n}\n',
  ],
  ["DBOS", 'import { DBOS } from "@dbos-inc/dbos-sdk";\n\nexport function a(): void {\n  DBOS.runStep(async () => 1);\n}\n'],
])("a lost promise of %s is caught", async (_library, text) => {
  tree = plantTree({
    "packages/store/src/a.ts": text,
    "packages/store/tsconfig.json": '{ "extends": "../../tsconfig.base.json", "include": ["src"] }\n',
  });
  const { problems } = await checkLostPromises(tree.root, ["packages"]);
  expect(problems.join("\n")).toContain("no-floating-promises");
});

test("an awaited promise passes", async () => {
  tree = plantTree({
    "packages/store/src/a.ts": 'import { readFile } from "node:fs/promises";\n\nexport const text = await readFile("a");\n',
    "packages/store/tsconfig.json": '{ "extends": "../../tsconfig.base.json", "include": ["src"] }\n',
  });
  expect((await checkLostPromises(tree.root, ["packages"])).problems).toEqual([]);
});
