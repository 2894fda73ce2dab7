import fc from "fast-check";
import { expect, test } from "vitest";
import { loggedModelGrammar, modelGrammar, runGrammar, versionGrammar } from "./grammar.js";
import { parseFilter } from "./parse-filter.js";
import { parseOrder } from "./parse-order.js";

test("names, quotes and comparators of MLflow's grammar", () => {
  expect(parseFilter("metrics.rmse < 0.5 and params.depth = '3' AND tags.`a b` LIKE \"x%\"", runGrammar)).toEqual([
    { entity: "metric", key: "rmse", comparator: "<", value: 0.5 },
    { entity: "param", key: "depth", comparator: "=", value: "3" },
    { entity: "tag", key: "a b", comparator: "LIKE", value: "x%" },
  ]);
  expect(parseFilter("tags.mlflow.parentRunId = 'x' and metrics.`val/loss` >= -1e-3", runGrammar)).toEqual([
    { entity: "tag", key: "mlflow.parentRunId", comparator: "=", value: "x" },
    { entity: "metric", key: "val/loss", comparator: ">=", value: -0.001 },
  ]);
  expect(parseFilter("run_id NOT IN ('a', 'b') and params.x is not null and created > 5", runGrammar)).toEqual([
    { entity: "attribute", key: "run_id", comparator: "NOT IN", value: ["a", "b"] },
    { entity: "param", key: "x", comparator: "IS NOT NULL", value: null },
    { entity: "attribute", key: "start_time", comparator: ">", value: 5 },
  ]);
  expect(parseFilter("version_number > 3 and name='a'", versionGrammar)).toHaveLength(2);
  expect(parseFilter("creation_time > 3 and metrics.x < 2", loggedModelGrammar)[0]?.key).toBe("creation_timestamp");
  expect(parseFilter("tag.`mlflow.prompt.is_prompt` != 'true'", modelGrammar)[0]).toMatchObject({
    entity: "tag",
    comparator: "!=",
  });
});

test.each([
  "metrics.rmse < 'a'",
  "params.depth = 3",
  "what.ever = 'x'",
  "attributes.nothing = 'x'",
  "metrics.rmse LIKE '1'",
  "metrics.rmse IS NULL",
  "params.depth = 'a' or params.depth = 'b'",
  "params.depth",
  "= 'x'",
  "run_id IN ()",
  "status IN ('FINISHED')",
  "params.a = 'x' params.b = 'y'",
  "params.a = 'unclosed",
  "datasets.size = 'x'",
])("is refused: %s", (filter) => {
  expect(() => parseFilter(filter, runGrammar)).toThrow();
});

test("any text is parsed or refused by us, and a quoted value comes back as it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseFilter(text, runGrammar);
      } catch (error) {
        expect((error as { code: string }).code).toBe("MLFLOW_INVALID_PARAMETER");
      }
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }).filter((text) => !text.includes("'")),
      (value) => {
        expect(parseFilter(`params.a = '${value}'`, runGrammar)).toEqual([{ entity: "param", key: "a", comparator: "=", value }]);
      },
    ),
  );
});

test("orders", () => {
  expect(parseOrder(["metrics.`a b` DESC", "start_time", "params.x asc"], runGrammar)).toEqual([
    { entity: "metric", key: "a b", ascending: false },
    { entity: "attribute", key: "start_time", ascending: true },
    { entity: "param", key: "x", ascending: true },
  ]);
  for (const order of ["metrics.a sideways", "a b c", "nothing", "datasets.name"])
    expect(() => parseOrder([order], runGrammar), order).toThrow();
  expect(() => parseOrder(["start_time", "start_time DESC"], runGrammar)).toThrow("duplicate");
});
