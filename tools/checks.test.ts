import { afterEach, expect, test } from "vitest";
import { checkTypes } from "./checks/compile.mjs";
import { checkFileSize } from "./checks/file-size.mjs";
import { checkUnusedCode } from "./checks/unused-code.mjs";
import { type PlantedTree, plantTree } from "./planted-tree.js";

let tree: PlantedTree;
afterEach(() => tree.remove());

const lines = (count: number): string => "export {};\n".repeat(count);

test("file sizes: 400 lines pass, more are noted, more than 600 fail", () => {
  tree = plantTree({
    "packages/a/src/fits.ts": lines(400),
    "packages/a/src/long.ts": lines(401),
    "packages/a/src/too-long.ts": lines(601),
    "packages/a/dist/generated.js": lines(5000),
  });
  const { problems, notes } = checkFileSize(tree.root);
  expect(problems).toEqual([expect.stringContaining("too-long.ts: 601 lines")]);
  expect(notes).toEqual([expect.stringContaining("src/long.ts has 401 lines")]);
});

test.each(["utils", "helpers", "common", "core", "types"])("a folder called %s is caught", (name) => {
  tree = plantTree({ [`packages/a/src/${name}/a.ts`]: lines(1) });
  expect(checkFileSize(tree.root).problems).toEqual([expect.stringContaining("says nothing")]);
});

const onePackage = {
  "package.json": '{ "name": "planted", "private": true, "workspaces": ["packages/*"] }\n',
  "tsconfig.json": '{ "files": [], "references": [{ "path": "packages/a" }] }\n',
  "packages/a/package.json": '{ "name": "@planted/a", "type": "module", "exports": "./src/index.ts" }\n',
  "packages/a/tsconfig.json":
    '{ "extends": "../../tsconfig.base.json", "compilerOptions": { "rootDir": "src", "outDir": "dist" }, "include": ["src"] }\n',
};

test("code that nothing uses is caught", async () => {
  tree = plantTree({
    ...onePackage,
    "packages/a/src/index.ts": 'export { used } from "./used.js";\n',
    "packages/a/src/used.ts": "export const used = 1;\nexport const lonely = 2;\n",
    "packages/a/src/forgotten.ts": "export const forgotten = 1;\n",
  });
  const problems = (await checkUnusedCode(tree.root)).problems.join("\n");
  expect(problems).toContain("forgotten.ts");
  expect(problems).toContain("lonely");
});

test("a type test fails when what must not compile does", async () => {
  tree = plantTree({
    ...onePackage,
    "packages/a/src/index.ts": "export const price: number = 1;\n",
    "packages/a/src/index.test-d.ts":
      'import { price } from "./index.js";\n\n// @ts-expect-error a price is no text\nexport const text: string = price;\n// @ts-expect-error a price is a number\nexport const amount: number = price;\n',
  });
  const { problems } = await checkTypes(tree.root);
  expect(problems.join("\n")).toMatch(/index\.test-d\.ts\(5,1\): error TS2578/);
  expect(problems.join("\n")).not.toContain("(3,1)");
});
