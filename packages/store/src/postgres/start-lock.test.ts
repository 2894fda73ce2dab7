import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withStartLock } from "./start-lock.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "atalaya-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What a holder that never released wrote. */
function leave(number: number, holder: object): string {
  const path = join(directory, `lock.${number}`);
  writeFileSync(path, JSON.stringify({ released: false, ...holder }));
  return path;
}

function deadPid(): number {
  return spawnSync("true").pid;
}

async function host(): Promise<string> {
  await withStartLock(directory, async () => undefined);
  const { host: name } = JSON.parse(readFileSync(join(directory, readdirSync(directory)[0] ?? ""), "utf8"));
  return name;
}

test("one at a time, and everyone in the end", async () => {
  let inside = 0;
  let entered = 0;
  const work = async () => {
    inside += 1;
    entered += 1;
    expect(inside).toBe(1);
    await sleep(1);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => withStartLock(directory, work)));
  expect(entered).toBe(20);
  expect(readdirSync(directory).length).toBeLessThanOrEqual(2);
});

test("an error of the work goes through and frees the lock", async () => {
  await expect(withStartLock(directory, () => Promise.reject(new Error("inside")))).rejects.toThrow("inside");
  expect(await withStartLock(directory, async () => "free", 200)).toBe("free");
});

test("the lock of a killed process is taken over by exactly one", async () => {
  const here = await host();
  leave(7, { pid: deadPid(), startedAt: "1", host: here });
  let inside = 0;
  const work = async () => {
    expect(++inside).toBe(1);
    await sleep(5);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withStartLock(directory, work)));
});

test("a number that is another process's by now, and a file cut short by a crash, are free", async () => {
  const here = await host();
  leave(7, { pid: process.pid, startedAt: "long ago", host: here });
  expect(await withStartLock(directory, async () => "free", 200)).toBe("free");
  writeFileSync(join(directory, "lock.99"), "");
  expect(await withStartLock(directory, async () => "free", 200)).toBe("free");
});

test("a living holder is waited for and then named", async () => {
  const hold = withStartLock(directory, () => sleep(300));
  await sleep(20);
  await expect(withStartLock(directory, async () => "free", 60)).rejects.toMatchObject({
    code: "STORE_HOME_BUSY",
    message: expect.stringContaining(String(process.pid)),
  });
  await hold;
});

test("a holder on another host is believed for two minutes", async () => {
  const path = leave(7, { pid: 1, startedAt: "1", host: "elsewhere" });
  await expect(withStartLock(directory, async () => "free", 60)).rejects.toMatchObject({ code: "STORE_HOME_BUSY" });
  const longAgo = Date.now() / 1000 - 130;
  utimesSync(path, longAgo, longAgo);
  expect(await withStartLock(directory, async () => "free", 200)).toBe("free");
});
