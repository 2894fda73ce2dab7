import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BYTES = 3_000_000;
const module = fileURLToPath(new URL("../../dist/terminal/flushed.js", import.meta.url));

test("an answer of megabytes comes whole through a pipe whose reader is slow", async () => {
  const script = `
    const { flushed } = await import(${JSON.stringify(module)});
    process.stdout.write("x".repeat(${BYTES}));
    await flushed(process.stdout);
    process.exit(0);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  let length = 0;
  await wait(300);
  for await (const part of child.stdout) length += (part as Buffer).length;
  expect(length).toBe(BYTES);
});
