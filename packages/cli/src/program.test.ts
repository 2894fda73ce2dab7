import { expect, test } from "vitest";
import { examplesOf } from "./commands/command.js";
import { createProgram, everyCommand, parse } from "./program.js";
import { collectingStream } from "./test/collecting-stream.js";
import { runWords } from "./test/run-words.js";
import { shellWords } from "./test/shell-words.js";

function program() {
  let chosen = 0;
  const options = { stdout: collectingStream(), stderr: collectingStream(), carryOut: async () => void chosen++ };
  return { program: createProgram(options), chosen: () => chosen };
}

const leaves = everyCommand(program().program).filter((command) => command.parent !== null);

test("every command has a summary, a description and an example", () => {
  expect(leaves.map((command) => command.name())).toEqual(
    "up worker run watch serve predict client models list show promote rollback card evidence export comment import runs list cancel resume retry logs quarantine list show release audit model prediction at source webhooks list add remove gc backup restore prepare fetch task init doctor".split(
      " ",
    ),
  );
  for (const command of leaves) {
    expect([command.name(), command.summary() !== "", command.description() !== "", examplesOf(command).length > 0]).toEqual([
      command.name(),
      true,
      true,
      true,
    ]);
  }
});

const examples = leaves.flatMap((command) => examplesOf(command).map(({ line }) => line));

test.each(examples)("the example `%s` parses and reaches its command", async (line) => {
  const { program: parsed, chosen } = program();
  const [name, ...words] = shellWords(line);
  expect(name).toBe("atalaya");
  await parse(parsed, words);
  expect(chosen()).toBe(1);
});

test("global options stand before or behind the command", async () => {
  for (const words of [
    ["--json", "--project", "x", "runs"],
    ["runs", "--json", "--project", "x"],
  ]) {
    const { program: parsed } = program();
    await parse(parsed, words);
    expect(parsed.opts()).toEqual({ json: true, project: "x", color: true });
  }
});

test("help of each command shows usage, its options, the global options and the examples", async () => {
  const { code, stdout, stderr } = await runWords(["run", "--help"]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  for (const text of ["Usage: atalaya run [options] <pipeline>", "--project <dir>", "atalaya run house-prices --json"]) {
    expect(stdout).toContain(text);
  }
});

test("without words there is help, and --version is a number", async () => {
  expect((await runWords([])).stdout).toContain("Usage: atalaya");
  expect(await runWords(["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
});

test.each([
  [["rnu", "x"], "error CLI_UNKNOWN_COMMAND: there is no command atalaya rnu\nhint: Did you mean run?\n"],
  [
    ["transmogrify"],
    "error CLI_UNKNOWN_COMMAND: there is no command atalaya transmogrify\nhint: `atalaya --help` lists the commands.\n",
  ],
  [["models", "promot", "a", "1"], "error CLI_BAD_ARGUMENTS: too many arguments"],
  [["up", "--prot", "80"], "error CLI_UNKNOWN_OPTION: atalaya up has no option --prot\nhint: Did you mean --port?\n"],
  [["up", "--jsn"], "error CLI_UNKNOWN_OPTION: atalaya up has no option --jsn\nhint: Did you mean --json?\n"],
  [
    ["run"],
    "error CLI_BAD_ARGUMENTS: missing required argument 'pipeline'\nhint: `atalaya run --help` shows how it is called.\n",
  ],
  [["up", "--port", "80000"], "It is a whole number from 0 to 65535"],
  [["source", "a.csv", "--fail-rate", "2"], "It is a share from 0 to 1"],
  [["models", "promote", "a", "1"], "required option '--because <reason>' not specified"],
  [["init", "Bad Name", "--from", "x.csv"], 'error CLI_BAD_PROJECT_NAME: "Bad Name" cannot be the name of a model'],
  [["init", "a", "--from", "x.csv", "--target", "y", "--anomalies"], "--target and --anomalies exclude each other"],
  [["run", "prices", "--project", "/no-such-folder"], "error CLI_NO_DIRECTORY: there is no folder /no-such-folder"],
])("%j is wrong usage", async (words, told) => {
  const { code, stdout, stderr } = await runWords(words);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(told);
  expect(stderr).not.toContain("    at ");
});
