import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Session } from "../session.js";
import { untilAborted } from "./interruption.js";
import { endingWhenChanged } from "./project-change.js";

let folder: string;
const told: string[] = [];
const interruption = new AbortController();
const session = {
  terminal: { say: (line: string) => void told.push(line) },
  workingDirectory: "/",
  signal: interruption.signal,
} as unknown as Session;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-change-"));
  for (const commit of ["one", "two"]) mkdirSync(join(folder, commit));
  symlinkSync("one", join(folder, "current"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("work ends when the link leads to another folder, and says so", async () => {
  const ended = endingWhenChanged(session, join(folder, "current"), ({ signal }) => untilAborted(signal));
  symlinkSync("two", join(folder, "fresh"));
  renameSync(join(folder, "fresh"), join(folder, "current"));
  await ended;
  expect(told.at(-1)).toMatch(/two: ending, to be started again/);
  expect(interruption.signal.aborted).toBe(false);
});

test("without a link nothing is watched, and a link that is not there is refused", async () => {
  let given: Session | null = null;
  await endingWhenChanged(session, undefined, async (same) => {
    given = same;
  });
  expect(given).toBe(session);
  await expect(endingWhenChanged(session, join(folder, "none"), async () => {})).rejects.toMatchObject({ code: "CLI_NO_FILE" });
});
