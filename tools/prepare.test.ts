import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAtLeast } from "./node-version.mjs";
import { isInstalled } from "./prepare.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "atalaya-prepare-"));
  mkdirSync(join(root, "node_modules"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
}

function lay(wanted: Record<string, Entry>, installed: Record<string, Entry> | null): void {
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...wanted } }));
  if (installed !== null) writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
}

const one = { "node_modules/a": { version: "1.0.0" } };

test.each<[string, Record<string, Entry>, Record<string, Entry> | null, boolean]>([
  ["what the lock names", one, one, true],
  [
    "a package of another system, which is optional",
    { ...one, "node_modules/b": { version: "1.0.0", optional: true } },
    one,
    true,
  ],
  ["nothing", one, null, false],
  ["another version", one, { "node_modules/a": { version: "1.0.1" } }, false],
  ["a package too few", { ...one, "node_modules/b": { version: "1.0.0" } }, one, false],
  ["a workspace whose command is new", { "packages/cli": { bin: { a: "a.mjs" } } }, { "packages/cli": {} }, false],
])("node_modules with %s", (_what, wanted, installed, expected) => {
  lay(wanted, installed);
  expect(isInstalled(root)).toBe(expected);
});

test("a changed lock file is noticed in spite of the stamp", () => {
  lay(one, one);
  expect(isInstalled(root)).toBe(true);
  lay({ "node_modules/a": { version: "2.0.0" } }, one);
  expect(isInstalled(root)).toBe(false);
});

test.each([
  ["v20.20.0", "20.20", true],
  ["v20.9.0", "20.20", false],
  ["v22.1.0", "20.20", true],
  ["v18.99.0", "20.20", false],
  ["v20.20.0-nightly", "20.20", true],
])("%s is at least %s: %s", (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});
