import { expect, test } from "vitest";
import { pipelineText, projectFolder } from "./test/project-folder.js";
import { runWords } from "./test/run-words.js";

const directory = () => projectFolder({ "prices.pipeline.ts": pipelineText("house-prices") });

test("a mistyped pipeline gets a suggestion before anything is started", async () => {
  const { code, stderr } = await runWords(["run", "house-price"], { directory: directory() });
  expect(code).toBe(2);
  expect(stderr).toBe("error CLI_UNKNOWN_PIPELINE: this project has no pipeline house-price\nhint: Did you mean house-prices?\n");
});

test("with --json an error is one object on stdout too", async () => {
  const { code, stdout, stderr } = await runWords(["run", "house-price", "--json"], { directory: directory() });
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: "CLI_UNKNOWN_PIPELINE",
      message: "this project has no pipeline house-price",
      details: { given: "house-price", suggestion: "house-prices", known: ["house-prices"] },
      hint: "Did you mean house-prices?",
    },
  });
  expect(stdout.endsWith("}\n")).toBe(true);
  expect(stderr).toContain("error CLI_UNKNOWN_PIPELINE");
});

test("even a command line that cannot be parsed answers in JSON when it is asked to", async () => {
  expect(JSON.parse((await runWords(["rnu", "--json"])).stdout).error.code).toBe("CLI_UNKNOWN_COMMAND");
});

test("an address that is missing is told by its name, before a database is started", async () => {
  const { code, stderr } = await runWords(["run", "house-prices"], { directory: directory() });
  expect(code).toBe(2);
  expect(stderr).toContain("DATA_URL is not set");
});

test("a setting that is wrong is wrong usage", async () => {
  const { code, stderr } = await runWords(["run", "house-prices"], {
    directory: directory(),
    environment: { ATALAYA_PORT: "none" },
  });
  expect(code).toBe(2);
  expect(stderr).toContain("error SETTINGS_PORT_INVALID: ATALAYA_PORT");
});

test("a stack is shown with ATALAYA_DEBUG and never else", async () => {
  const broken = projectFolder({ "a.pipeline.ts": "export const a = nothing();" });
  const plain = await runWords(["run", "a"], { directory: broken });
  const debugged = await runWords(["run", "a"], { directory: broken, environment: { ATALAYA_DEBUG: "1" } });
  expect(plain.stderr).not.toContain("    at ");
  expect(plain.stderr).toContain("a.pipeline.ts:1 could not be loaded: nothing is not defined");
  expect(debugged.stderr).toContain("    at ");
  expect(debugged.stderr).toContain("caused by: ReferenceError: nothing is not defined");
});

test("a command that only reads starts nothing in a folder without project and state", async () => {
  for (const words of [["models"], ["runs"], ["predict", "house-prices", "{}"], ["serve", "house-prices"]]) {
    const { code, stderr } = await runWords(words, { directory: projectFolder({}) });
    expect([code, stderr.split(":")[0]]).toEqual([2, "error CLI_NO_PROJECT"]);
  }
});
