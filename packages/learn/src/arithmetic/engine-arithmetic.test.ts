import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const source = new URL("../", import.meta.url);

/** What ECMAScript leaves to the engine. `sqrt`, `fround`, rounding and comparisons are exact everywhere. */
const LEFT_TO_THE_ENGINE =
  /\bMath\s*\.\s*(?:exp|expm1|log|log1p|log2|log10|pow|sinh?|cosh?|tanh?|asinh?|acosh?|atanh?|atan2|cbrt|hypot)\b|\*\*=?\s*[\w(.-]/;

/** Two to a whole power, which every engine gives exactly: a number, or a name or difference that counts bits or steps. */
const WHOLE_POWER_OF_TWO = /(?<![\w.])2 \*\* (?:-?\d+(?![\w.])|[A-Z_]+\b|(?:bits|steps|depth)\b|\((?:\d+ - bits|steps - 1)\))/g;

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " ")).replace(/\/\/.*$/gm, "");
}

function offendersIn(name: string, text: string): string[] {
  const lines = withoutComments(text).split("\n");
  return lines.flatMap((line, index) =>
    LEFT_TO_THE_ENGINE.test(line.replace(WHOLE_POWER_OF_TWO, "")) ? [`${name}:${index + 1}: ${line.trim()}`] : [],
  );
}

describe("results do not depend on the engine's own exp, log or pow", () => {
  it("no source file but its tests calls them", () => {
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts") && !name.includes(".test"),
    );
    expect(files.length).toBeGreaterThan(80);
    expect(files.flatMap((name) => offendersIn(name, readFileSync(new URL(name, source), "utf8")))).toEqual([]);
  });

  it.each([
    "Math.exp(x)",
    "values.map(Math.log1p)",
    "x ** 2",
    "2 ** -x",
    "2 ** x",
    "2 ** 0.5",
    "x **= y",
    "Math.pow(2, x)",
    "Math.tanh(x)",
  ])("%s would be found", (text) => {
    expect(offendersIn("a", `const a = 1;\n${text};\n`)).toHaveLength(1);
  });

  it.each(["Math.sqrt(x)", "/** Math.exp */", "// x ** 2", "a * b", "2 ** -24", "2 ** bits", "Math.expand"])(
    "%s is no offence",
    (text) => {
      expect(offendersIn("a", text)).toEqual([]);
    },
  );
});
