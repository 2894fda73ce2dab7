import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { processTree, proportionalBytes } from "../bench/processes.mjs";
import { nearest } from "./nearest.mjs";

const bench = fileURLToPath(new URL("bench.mjs", import.meta.url));

test.each([
  [["strat"], 'Did you mean "start"?'],
  [["nothing-like-it"], 'There is no suite "nothing-like-it".'],
  [[], "Name one suite."],
  [["start", "--jsno", "a"], "Unknown option '--jsno'"],
])("wrong usage %j exits with 2, says what is wrong and lists the suites", (args, problem) => {
  const { status, stderr } = spawnSync(process.execPath, [bench, ...args], { encoding: "utf8" });
  expect(status).toBe(2);
  expect(stderr).toContain(problem);
  expect(stderr).toMatch(/Suites: .*start/);
});

test.each([
  ["start", "start"],
  ["statr", "start"],
  ["STRAT", "start"],
  ["serving", undefined],
])("nearest to %s is %s", (typed, expected) => {
  expect(nearest(typed, ["start", "train"])).toBe(expected);
});

test.runIf(process.platform === "linux")("a process tree holds grandchildren, and its memory is proportional", async () => {
  const grandchild = 'setTimeout(() => undefined, 60_000); process.stdout.write("ready")';
  const parent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" })`;
  const child = spawn(process.execPath, ["-e", parent], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const pid = child.pid ?? Number.NaN;
  try {
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const tree = processTree(pid, "a folder that no process names");
    expect(tree.map((one) => one.isNode)).toEqual([true, true]);
    expect(proportionalBytes(tree)).toBeGreaterThan(10e6);
    expect(proportionalBytes(tree)).toBeLessThan(400e6);
  } finally {
    process.kill(-pid, "SIGKILL");
  }
});
