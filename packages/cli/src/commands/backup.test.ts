import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pipelineText, projectFolder } from "../test/project-folder.js";
import { runWords } from "../test/run-words.js";

const table = ["size,price", ...Array.from({ length: 200 }, (_, row) => `${50 + row},${(50 + row) * 3_000 + (row % 7)}`)].join(
  "\n",
);

test("the restored copy answers the same, and has the same versions and runs", { timeout: 60_000 }, async () => {
  const directory = projectFolder({ "homes.pipeline.ts": pipelineText("homes"), "data/rows.csv": table });
  chmodSync(directory, 0o755);
  const home = (name: string) => ({ ATALAYA_HOME: join(directory, name), DATA_URL: join(directory, "data") });
  const file = join(directory, "backup.tar");
  const told = async (words: readonly string[], name: string) => {
    const { code, stdout, stderr } = await runWords([...words, "--json"], { directory, environment: home(name) });
    expect([words[0], code, stderr]).toEqual([words[0], 0, expect.any(String)]);
    return JSON.parse(stdout) as unknown;
  };
  await told(["run", "homes"], "first");
  await told(["backup", file], "first");
  expect(await runWords(["backup", file], { directory, environment: home("first") })).toMatchObject({ code: 1 });
  expect(await told(["restore", file], "second")).toMatchObject({ file });
  for (const words of [
    ["predict", "homes", '[{"size": 60}, {"size": 123.5}]', "--explain"],
    ["models", "show", "homes", "1"],
  ]) {
    expect(await told(words, "second")).toEqual(await told(words, "first"));
  }
  expect(await runWords(["restore", file], { directory, environment: home("second") })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("STORE_RESTORE_NOT_EMPTY") as string,
  });
});
