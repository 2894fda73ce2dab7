import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../test/project-folder.js";
import { locateProject } from "./locate-project.js";

test("the nearest folder upwards with the key or with pipeline files is the project", () => {
  const directory = projectFolder({
    "package.json": '{ "atalaya": {} }',
    "models/prices/prices.pipeline.ts": "",
    "models/plain/notes.txt": "",
    "other/pipelines/one.ts": "",
    "other/src/x.ts": "",
  });
  const from = (path: string): string => locateProject(join(directory, path), null).directory;
  expect(from(".")).toBe(directory);
  expect(from("models/plain")).toBe(directory);
  expect(from("models/prices")).toBe(join(directory, "models/prices"));
  expect(from("other/src")).toBe(join(directory, "other"));
});

test("a folder that was named is the project, whatever it holds", () => {
  const directory = projectFolder({ "package.json": '{ "atalaya": {} }', "inner/x.txt": "" });
  expect(locateProject(directory, "inner").directory).toBe(join(directory, "inner"));
  expect(() => locateProject(directory, "iner")).toThrow(`there is no folder ${join(directory, "iner")}`);
});

test("a package.json of something else is passed over", () => {
  const directory = projectFolder({ "package.json": '{ "atalaya": {} }', "app/package.json": '{ "name": "app" }' });
  expect(locateProject(join(directory, "app"), null).directory).toBe(directory);
});

test("where there is none, the error says how to start one", () => {
  expect(() => locateProject(projectFolder({}), null)).toThrow(
    expect.objectContaining({ code: "CLI_NO_PROJECT", hint: expect.stringContaining("atalaya init") }),
  );
});
