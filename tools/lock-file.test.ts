import { afterEach, expect, test } from "vitest";
import { checkLockFile } from "./checks/lock-file.mjs";
import { type PlantedTree, plantTree } from "./planted-tree.js";

let tree: PlantedTree;
afterEach(() => tree.remove());

const native = { "node_modules/native": { version: "1.0.0", optionalDependencies: { "@native/linux-arm64-musl": "1.0.0" } } };
const musl = { "node_modules/@native/linux-arm64-musl": { version: "1.0.0", optional: true } };

test.each([
  ["is complete", { native: "^1.0.0" }, { ...native, ...musl }, []],
  ["lacks another system's package", { native: "^1.0.0" }, native, ["lacks node_modules/@native/linux-arm64-musl"]],
  ["lacks a dependency", { native: "^1.0.0", more: "^2.0.0" }, { ...native, ...musl }, ["other dependencies for package.json"]],
])("a lock file that %s", (_what, dependencies, packages, expected) => {
  tree = plantTree({
    "package.json": JSON.stringify({ dependencies }),
    "package-lock.json": JSON.stringify({ packages: { "": { dependencies: { native: "^1.0.0" } }, ...packages } }),
  });
  const { problems } = checkLockFile(tree.root);
  expect(problems.filter((problem) => !problem.startsWith("Cure"))).toEqual(
    expected.map((text) => expect.stringContaining(text)),
  );
});
