import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isPipeline } from "@atalaya/define";
import { expect, test } from "vitest";
import { pipelineText, projectFolder } from "../test/project-folder.js";
import { loadProject, pipelineNamed } from "./load-project.js";
import { locateProject } from "./locate-project.js";

const load = (files: Readonly<Record<string, string>>) => loadProject(locateProject(projectFolder(files), "."));
const here = (files: Readonly<Record<string, string>>) => {
  const directory = projectFolder(files);
  return { directory, load: () => loadProject(locateProject(directory, null)) };
};

test("every exported pipeline and workflow is registered by its name", async () => {
  const project = await here({
    "prices.pipeline.ts": pipelineText("prices"),
    "pipelines/nightly.ts": `
      import { durable } from "@atalaya/define";
      export const nightly = durable("nightly", async (run) => run.step("one", () => 1));
      export const constant = 7;`,
  }).load();
  expect([...project.pipelines.keys()]).toEqual(["prices", "nightly"]);
  expect(project.fileByPipeline.get("nightly")).toBe("pipelines/nightly.ts");
  const prices = pipelineNamed(project, "prices");
  // The language of the project is this program's own copy, with nothing installed in the project.
  expect(isPipeline(prices) && prices.definition.features.derived[0]?.name).toBe("twice");
});

test("a home keeps compiled files, and a file that changed is compiled again, imported ones too", async () => {
  const directory = projectFolder({
    "prices.pipeline.ts": `${pipelineText("prices")}\nexport { more } from "./more.js";`,
    "more.ts": "export const more: number = 1;",
  });
  const home = join(directory, "state/home");
  /** As another process would: what this one has loaded is forgotten. */
  const names = async () => {
    const { cache } = createRequire(import.meta.url);
    for (const file of Object.keys(cache)) if (file.startsWith(directory)) delete cache[file];
    return [...(await loadProject(locateProject(directory, null), home)).pipelines.keys()];
  };
  expect(await names()).toEqual(["prices"]);
  const kept = readdirSync(join(home, "compiled"));
  expect(kept).toHaveLength(2);
  expect(await names()).toEqual(["prices"]);
  writeFileSync(join(directory, "prices.pipeline.ts"), `${pipelineText("rents")}\nexport { more } from "./more.js";`);
  // What was half written when a process ended is no compiled file.
  for (const name of kept) writeFileSync(join(home, "compiled", name), "exports.half = ");
  writeFileSync(join(directory, "more.ts"), "export const more: number = 2;");
  expect(await names()).toEqual(["rents"]);
  expect(readdirSync(join(home, "compiled"))).toEqual(kept);
});

test("a home that cannot be written to keeps nothing and stops nothing", async () => {
  const directory = projectFolder({ "prices.pipeline.ts": pipelineText("prices"), home: "a file" });
  const project = await loadProject(locateProject(directory, null), join(directory, "home/below"));
  expect([...project.pipelines.keys()]).toEqual(["prices"]);
});

test("a pipeline that another file passes on is one pipeline", async () => {
  const project = await here({
    "prices.pipeline.ts": pipelineText("prices"),
    "again.pipeline.ts": 'export { model as again } from "./prices.pipeline.js";',
  }).load();
  expect([...project.pipelines.keys()]).toEqual(["prices"]);
});

test("two pipelines with one name are refused with both files", async () => {
  const { load } = here({ "a.pipeline.ts": pipelineText("prices"), "b.pipeline.ts": pipelineText("prices") });
  await expect(load()).rejects.toMatchObject({
    code: "CLI_DUPLICATE_PIPELINE",
    message: "two pipelines are called prices: one in a.pipeline.ts, one in b.pipeline.ts",
  });
});

test("a mistyped pipeline gets a suggestion", async () => {
  const project = await here({ "prices.pipeline.ts": pipelineText("house-prices") }).load();
  expect(() => pipelineNamed(project, "house-price")).toThrow(
    expect.objectContaining({ code: "CLI_UNKNOWN_PIPELINE", hint: "Did you mean house-prices?" }),
  );
  expect(() => pipelineNamed(project, "weather")).toThrow(expect.objectContaining({ hint: "It has: house-prices." }));
});

test("a file that does not compile is named with line and column", async () => {
  const { load } = here({ "bad.pipeline.ts": "export const a: number = 1;\nexport const b = { x: 1,, };\n" });
  await expect(load()).rejects.toMatchObject({
    code: "CLI_PIPELINE_SYNTAX",
    message: expect.stringMatching(/^bad\.pipeline\.ts:2:2\d does not compile: unexpected token$/i),
  });
});

test("a syntax error in an imported file is placed there", async () => {
  const { load } = here({ "a.pipeline.ts": 'export * from "./shared/b.js";', "shared/b.ts": "\n\nconst = 1;" });
  await expect(load()).rejects.toThrow(/^shared\/b\.ts:3:\d+ does not compile/);
});

test("a mistake in the language is placed in the project's line and keeps its cure", async () => {
  const { load } = here({ "a.pipeline.ts": pipelineText("Not A Name") });
  await expect(load()).rejects.toMatchObject({
    code: "CLI_PIPELINE_FILE",
    message: expect.stringMatching(/^a\.pipeline\.ts:8 could not be loaded: "Not A Name" cannot be the name of a pipeline$/),
    hint: expect.stringContaining("lower-case letters"),
  });
});

test("a word that the language does not have is named plainly", async () => {
  const { load } = here({ "a.pipeline.ts": 'import { pipelin } from "@atalaya/define";\n\nexport const a = pipelin("x");' });
  await expect(load()).rejects.toThrow(/^a\.pipeline\.ts:3 could not be loaded: pipelin is not a function$/);
});

test("an import that is not there names the file that asks for it", async () => {
  const { load } = here({ "a.pipeline.ts": 'import { x } from "./nowhere.js";\nexport const y = x;' });
  await expect(load()).rejects.toThrow(/^a\.pipeline\.ts could not be loaded: Cannot find module '\.\/nowhere\.js'$/);
});

test("a listed file that is missing, and a project without pipelines", async () => {
  await expect(load({ "package.json": '{ "atalaya": { "pipelines": ["gone.ts"] } }' })).rejects.toThrow(
    expect.objectContaining({ code: "CLI_NO_FILE", message: expect.stringContaining("gone.ts") }),
  );
  await expect(load({ "package.json": '{ "atalaya": {} }' })).rejects.toMatchObject({ code: "CLI_NO_PIPELINES" });
  await expect(load({ "a.pipeline.ts": "export const nothing = 1;" })).rejects.toMatchObject({ code: "CLI_NO_PIPELINES" });
});

test("tests and declarations are no pipeline files", async () => {
  const project = await here({
    "pipelines/a.ts": pipelineText("a"),
    "pipelines/a.test.ts": "throw new Error('loaded');",
    "pipelines/a.d.ts": "syntax error here",
  }).load();
  expect([...project.pipelines.keys()]).toEqual(["a"]);
});
