import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const parts = fileURLToPath(new URL("../.ci/parts.sh", import.meta.url));

function run(commands: string): { status: number | null; last: string } {
  const script = `set -euo pipefail; source ${JSON.stringify(parts)}; ${commands}; finish`;
  const { status, stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  return { status, last: stdout.trimEnd().split("\n").at(-1) ?? "" };
}

test.each([
  ["a part that passes", "part a echo '12 passed, 0 failed'", 0, "12 passed, 0 failed"],
  ["two parts", "part a echo '12 passed, 0 failed'; part b echo '3 passed, 0 failed'", 0, "15 passed, 0 failed"],
  ["what a part skipped", "part a echo '12 passed, 0 failed, 3 skipped'", 0, "12 passed, 0 failed, 3 skipped"],
  ["a part that is skipped", "part a echo '1 passed, 0 failed'; skip b 'no data'", 0, "1 passed, 0 failed, 1 skipped"],
  [
    "a part that fails, and one after it",
    "part a sh -c 'echo 1 passed, 2 failed; exit 1'; part b echo '1 passed, 0 failed'",
    1,
    "2 passed, 2 failed",
  ],
  ["a part that counts no failure but ends badly", "part a sh -c 'echo 12 passed, 0 failed; exit 9'", 1, "12 passed, 1 failed"],
  ["a part that ends without counts", "part a echo fine", 1, "0 passed, 1 failed"],
  [
    "a part that cannot run here",
    "part a echo '1 passed, 0 failed'; part b sh -c 'echo no root; exit 77'",
    0,
    "1 passed, 0 failed, 1 skipped",
  ],
  [
    "parts beside others",
    "beside a sh -c 'sleep 0.2; echo 5 passed, 0 failed'; beside b sh -c 'echo 1 passed, 1 failed; exit 1'; part c echo '2 passed, 0 failed'",
    1,
    "8 passed, 1 failed",
  ],
  ["a part beside others that dies", "beside a sh -c 'kill -9 $$'; part b echo '1 passed, 0 failed'", 1, "1 passed, 1 failed"],
  ["nothing but skips", "skip a 'no data'", 1, "0 passed, 0 failed, 1 skipped"],
])("%s", (_what, commands, status, last) => {
  expect(run(commands)).toEqual({ status, last });
});
