import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isRoot } from "./account.js";
import { findPackage, prepareBinaries } from "./binaries.js";

let directory: string;
let source: string;
let cache: string;

/** A platform package as npm leaves it when it runs no install scripts: without its links. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "atalaya-binaries-"));
  chmodSync(directory, 0o755);
  source = join(directory, "package");
  cache = join(directory, "cache");
  for (const part of ["bin", "lib/pkgconfig", "share"]) mkdirSync(join(source, "native", part), { recursive: true });
  writeFileSync(join(source, "package.json"), JSON.stringify({ version: "18.4.0-beta.17" }));
  for (const program of ["postgres", "initdb"]) {
    writeFileSync(join(source, "native/bin", program), '#!/bin/sh\ntest -e "$(dirname "$0")/../lib/libpq.so.5"\n', {
      mode: 0o755,
    });
  }
  for (const file of ["lib/libpq.so.5.18", "lib/libpq.a", "lib/pkgconfig/pq.pc", "share/postgres.bki"]) {
    writeFileSync(join(source, "native", file), file);
  }
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
  writeFileSync(join(source, "native/pg-symlinks.json"), JSON.stringify(links));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("links that no install script made are made in place", async () => {
  const binaries = await prepareBinaries(cache, null, source);
  expect(binaries).toEqual({ version: "18.4.0-beta.17", major: "18", directory: join(source, "native") });
  expect(readlinkSync(join(source, "native/lib/libpq.so.5"))).toBe("libpq.so.5.18");
  expect(await prepareBinaries(cache, null, source)).toEqual(binaries);
  expect(existsSync(cache)).toBe(false);
});

test("a package whose programs lost their mode is copied, without what only compilers need", async () => {
  chmodSync(join(source, "native/bin/postgres"), 0o644);
  const binaries = await prepareBinaries(cache, null, source);
  expect(binaries.directory).toBe(join(cache, "18.4.0-beta.17"));
  expect(statSync(join(binaries.directory, "bin/postgres")).mode & 0o777).toBe(0o755);
  expect(readdirSync(join(binaries.directory, "lib")).sort()).toEqual(["libpq.so.5", "libpq.so.5.18"]);
  expect(readdirSync(cache)).toEqual(["18.4.0-beta.17"]);
  expect(await prepareBinaries(cache, null, source)).toEqual(binaries);
});

test("several processes may copy at once", async () => {
  chmodSync(join(source, "native/bin/postgres"), 0o644);
  const all = await Promise.all([1, 2, 3].map(() => prepareBinaries(cache, null, source)));
  expect(new Set(all.map((binaries) => binaries.directory)).size).toBe(1);
  expect(readdirSync(cache)).toEqual(["18.4.0-beta.17"]);
});

test.skipIf(!isRoot())("a package that the account cannot reach is copied to where it can", async () => {
  chmodSync(source, 0o700);
  const binaries = await prepareBinaries(cache, { name: "nobody", uid: 65534, gid: 65534 }, source);
  expect(binaries.directory).toBe(join(cache, "18.4.0-beta.17"));
});

test("binaries that do not run, and a platform without any, are named", async () => {
  writeFileSync(join(source, "native/bin/postgres"), "#!/bin/sh\necho 'libpq.so.5: cannot open' >&2; exit 127\n", {
    mode: 0o644,
  });
  chmodSync(join(source, "native/bin/postgres"), 0o644);
  await expect(prepareBinaries(cache, null, source)).rejects.toMatchObject({
    code: "STORE_BINARIES_UNUSABLE",
    message: expect.stringContaining("cannot open"),
  });
  expect(() => findPackage("sunos", "sparc")).toThrow(/no embedded PostgreSQL for sunos on sparc/);
});
