import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../test/project-folder.js";
import { findFiles } from "./find-files.js";

function folder(): string {
  return projectFolder(
    Object.fromEntries(
      [
        "a.pipeline.ts",
        "apipeline.ts",
        "pipelines/b.ts",
        "pipelines/deep/c.ts",
        "x/y/z.pipeline.ts",
        "node_modules/n.pipeline.ts",
        "x/dist/d.pipeline.ts",
        ".hidden/h.pipeline.ts",
        "odd (name)+.ts",
      ].map((path) => [path, ""]),
    ),
  );
}

test.each([
  ["**/*.pipeline.ts", ["a.pipeline.ts", "x/y/z.pipeline.ts"]],
  ["pipelines/*.ts", ["pipelines/b.ts"]],
  ["pipelines/**/*.ts", ["pipelines/b.ts", "pipelines/deep/c.ts"]],
  ["./{x,pipelines}/**", ["pipelines/b.ts", "pipelines/deep/c.ts", "x/y/z.pipeline.ts"]],
  ["?.pipeline.ts", ["a.pipeline.ts"]],
  ["odd (name)+.ts", ["odd (name)+.ts"]],
  ["nothing/*.ts", []],
])("%s", (pattern, found) => expect(findFiles(folder(), pattern)).toEqual(found));

test("a linked folder is not entered, so a circle ends", () => {
  const directory = folder();
  symlinkSync(directory, join(directory, "x", "circle"));
  expect(findFiles(directory, "**/a.pipeline.ts")).toEqual(["a.pipeline.ts"]);
});
