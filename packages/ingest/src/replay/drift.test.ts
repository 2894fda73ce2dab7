import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDrift } from "./faults.js";
import { startReplayServer } from "./replay-server.js";

test("reads moves of columns", () => {
  expect(parseDrift("price=+10%")).toEqual({ column: "price", factor: 1.1, offset: 0, from: 0 });
  expect(parseDrift("house size=-25%@0.5")).toEqual({ column: "house size", factor: 0.75, offset: 0, from: 0.5 });
  expect(parseDrift("price=x10")).toEqual({ column: "price", factor: 10, offset: 0, from: 0 });
  expect(parseDrift("price=-3.5")).toEqual({ column: "price", factor: 1, offset: -3.5, from: 0 });
  for (const text of ["price", "price=", "=+10%", "price=10%", "price=+10%@2", "price=xx"]) expect(parseDrift(text)).toBeNull();
});

test("moves the numbers of a column from a place of the file on, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-drift-"));
  const file = join(folder, "rows.csv");
  await writeFile(file, "n,x,name\n10,0.5,a\n20,1.5,b\n,2.5,c\n45,,d\n");
  const drift = ["n=+10%@0.25", "x=+1"].flatMap((text) => parseDrift(text) ?? []);
  const server = await startReplayServer({ file, faults: { drift } });
  try {
    const { data } = (await (await fetch(server.url)).json()) as { data: unknown };
    expect(data).toEqual([
      { n: 10, x: 1.5, name: "a" },
      { n: 22, x: 2.5, name: "b" },
      { n: null, x: 3.5, name: "c" },
      { n: 50, x: null, name: "d" },
    ]);
    await expect(
      startReplayServer({ file, faults: { drift: [{ column: "nmae", factor: 2, offset: 0, from: 0 }] } }),
    ).rejects.toThrow(/no column "nmae"/);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
