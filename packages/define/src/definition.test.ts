import { isAtalayaError } from "@atalaya/errors";
import { describe, expect, test, vi } from "vitest";
import {
  atLeast,
  between,
  byGroup,
  byLevel,
  column,
  dataset,
  describeDefinition,
  dummy,
  files,
  gradientBoosting,
  httpBatches,
  isolationForest,
  isPipeline,
  linear,
  logBetween,
  native,
  oneOf,
  pipeline,
  quantileRange,
  setting,
  shuffled,
  type Table,
  targetMean,
  toFeaturePlan,
} from "./index.js";

const homes = dataset("homes", {
  price: column.number({ unit: "USD", min: 1 }),
  bed: column.integer({ from: ["bed", "bedrooms"] }),
  size: column.number().optional(),
  state: column.category(),
  status: column.category(["new", "old"]),
  soldAt: column.time().optional(),
  street: column.text(),
});
const features = homes.features({
  target: "price",
  keys: ["street"],
  ignore: ["soldAt"],
  derive: (home) => ({
    perBed: home.size.div(home.bed.add(1)),
    kind: home.size.bucket([100], ["small", "large"]),
    isNew: home.status.is("new"),
  }),
  encode: { state: targetMean({ smoothing: 5 }) },
});
const chain = pipeline("homes")
  .ingest(homes, httpBatches(setting.url("HOMES_URL"), { pageRows: 10 }))
  .validate({ maxRejected: 0.1, unique: ["street"], freshWithin: "2h" })
  .step("sample", (table) => table)
  .features(features)
  .split(byGroup(["street"], { test: 0.2, seed: 1 }))
  .trainOnly("tails", quantileRange("price", 0.1, 0.9))
  .train({ optimise: "rmse", trials: 3, seed: 7 }, gradientBoosting({ trees: 10, leaves: between(2, 8), l2: logBetween(0.1, 1) }))
  .evaluate({ metrics: ["rmse"], slices: ["state"] })
  .gate(atLeast("r2", 0))
  .promote("production");

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isAtalayaError(error)) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

describe("a pipeline", () => {
  test("is one value that says everything as data", () => {
    const { definition } = chain;
    expect(isPipeline(chain)).toBe(true);
    expect(definition.task).toBe("regression");
    expect(definition.checks).toEqual({ maxRejected: 0.1, unique: ["street"], freshWithinMs: 7_200_000 });
    expect(definition.source).toEqual({
      kind: "httpBatches",
      url: { setting: "HOMES_URL" },
      query: {},
      pageRows: 10,
      page: null,
      cursor: null,
    });
    expect(definition.dataset.columns[1]).toEqual({ name: "bed", type: "integer", from: ["bed", "bedrooms"], optional: false });
    expect(definition.train.learners[0]?.parameters).toEqual({
      trees: 10,
      leaves: { range: "between", low: 2, high: 8 },
      l2: { range: "logBetween", low: 0.1, high: 1 },
    });
    expect(definition.features.derived[0]).toEqual({
      name: "perBed",
      expression: {
        op: "div",
        left: { op: "column", name: "size" },
        right: { op: "add", left: { op: "column", name: "bed" }, right: { op: "number", value: 1 } },
      },
    });
  });

  test("has the same description whenever it is declared alike, and another one otherwise", () => {
    expect(describeDefinition(chain.definition)).toBe(describeDefinition(chain.definition));
    const other = { ...chain.definition, alias: "staging" };
    expect(describeDefinition(other)).not.toBe(describeDefinition(chain.definition));
    expect(describeDefinition(chain.definition)).toContain("(table) => table");
  });
});

describe("the feature plan", () => {
  test("hides target and keys from callers and names an encoder for every feature", () => {
    const plan = toFeaturePlan(chain.definition);
    expect(plan.inputs.map(({ name }) => name)).toEqual(["bed", "size", "state", "status", "soldAt"]);
    expect(plan.features).toEqual([
      { name: "bed", encoder: { kind: "number" } },
      { name: "size", encoder: { kind: "number" } },
      { name: "state", encoder: { kind: "targetMean", smoothing: 5 } },
      { name: "status", encoder: { kind: "levels", levels: ["new", "old"] } },
      { name: "perBed", encoder: { kind: "number" } },
      { name: "kind", encoder: { kind: "levels", levels: ["small", "large"] } },
      { name: "isNew", encoder: { kind: "number" } },
    ]);
  });

  test("lets a caller leave out what no feature reads", () => {
    const soldAt = toFeaturePlan(chain.definition).inputs.find(({ name }) => name === "soldAt");
    expect(soldAt?.optional).toBe(true);
  });

  test("encodes open categories by frequency where there is no target", () => {
    const flows = dataset("flows", { host: column.category(), label: column.category().optional() });
    const anomalies = pipeline("flows")
      .ingest(flows, files(setting.url("LAKE"), { last: "7d" }))
      .features(flows.features({ label: { column: "label", normal: ["ok"] } }))
      .split(byLevel("label", { test: "attack" }))
      .train({}, isolationForest())
      .evaluate({ metrics: ["alertRate"] })
      .gate()
      .promote("production");
    expect(toFeaturePlan(anomalies.definition).features).toEqual([{ name: "host", encoder: { kind: "frequency" } }]);
    expect(anomalies.definition.task).toBe("anomaly");
  });

  test("calls derive once", () => {
    const derive = vi.fn(() => ({}));
    homes.features({ target: "price", keys: ["street"], derive });
    expect(derive).toHaveBeenCalledTimes(1);
  });
});

describe("what the types cannot see is refused when it is declared", () => {
  test.each([
    ["DEFINE_BAD_NAME", () => pipeline("House Prices")],
    ["DEFINE_BAD_NAME", () => dataset("-", {})],
    ["DEFINE_TEXT_FEATURE", () => homes.features({ target: "price" })],
    ["DEFINE_TARGET_TYPE", () => homes.features({ target: "street" })],
    [
      "DEFINE_DUPLICATE_NAME",
      () => homes.features({ target: "price", keys: ["street"], derive: (home) => ({ bed: home.size }) }),
    ],
    ["DEFINE_DUPLICATE_NAME", () => dataset("x", { a: column.number(), b: column.number({ from: "a" }) })],
    ["DEFINE_BAD_COLUMN", () => dataset("x", { a: column.number({ min: 2, max: 1 }) })],
    ["DEFINE_BAD_COLUMN", () => dataset("x", { a: column.category(["same", "same"]) })],
    ["DEFINE_BAD_COLUMN", () => dataset("x", { "atalaya:line": column.number() })],
    ["DEFINE_BAD_SHARE", () => shuffled({ test: 1.2 })],
    ["DEFINE_BAD_SHARE", () => shuffled({ test: 0.6, validation: 0.5 })],
    ["DEFINE_BAD_RANGE", () => between(3, 3)],
    ["DEFINE_BAD_RANGE", () => logBetween(0, 1)],
    ["DEFINE_BAD_DURATION", () => files(setting.url("X"), { last: "a week" })],
    [
      "DEFINE_BAD_BUCKETS",
      () =>
        homes.features({
          target: "price",
          keys: ["street"],
          derive: (home) => ({ kind: home.size.bucket([2, 1], ["a", "b", "c"]) }),
        }),
    ],
  ])("%s", (code, work) => {
    expect(codeOf(work)).toBe(code);
  });

  test("oneOf carries its values", () => {
    expect(oneOf(true, false).definition).toEqual({ range: "oneOf", values: [true, false] });
  });
});

/** A table of plain rows, for filters that know no frame. */
function tableOf<Row>(rows: readonly Row[]): Table<Row> {
  return {
    rows: rows.length,
    [Symbol.iterator]: () => rows[Symbol.iterator](),
    filter: (keep) => tableOf(rows.filter(keep)),
    pick: (positions) => tableOf(Array.from(positions, (position) => rows[position]!)),
  };
}

describe("quantileRange", () => {
  const prices = Array.from({ length: 101 }, (_, price) => ({ price }));

  test("keeps what lies between the two quantiles, ends included", () => {
    const kept = [...quantileRange("price", 0.1, 0.9)(tableOf(prices))];
    expect([kept.length, kept[0]?.price, kept.at(-1)?.price]).toEqual([81, 10, 90]);
  });

  test("drops missing values and leaves an empty table alone", () => {
    expect([...quantileRange("price", 0, 1)(tableOf([{ price: null }, { price: 1 }]))]).toEqual([{ price: 1 }]);
    expect(quantileRange("price", 0, 1)(tableOf<{ price: number }>([])).rows).toBe(0);
  });
});

describe("answers", () => {
  const readings = dataset("readings", { size: column.number(), isHigh: column.boolean(), price: column.number() });
  const source = files(setting.url("READINGS_URL"));
  const priced = (validation: number) =>
    pipeline("readings")
      .ingest(readings, source)
      .features(readings.features({ target: "price", derive: () => ({}) }))
      .split(shuffled({ test: 0.2, validation }))
      .train({}, gradientBoosting(), linear({ l2: 2 }), dummy());
  const judged = (validation: number) =>
    pipeline("readings")
      .ingest(readings, source)
      .features(readings.features({ target: "isHigh", derive: () => ({}) }))
      .split(shuffled({ test: 0.2, validation }))
      .train({}, linear());

  test("are part of the definition, null where the pipeline says nothing", () => {
    const plain = priced(0)
      .evaluate({ metrics: ["rmse"] })
      .gate()
      .promote("production");
    expect(plain.definition.answer).toBeNull();
    const ranged = priced(0.1)
      .answer({ interval: { coverage: 0.9 } })
      .evaluate({ metrics: ["rmse"] })
      .gate()
      .promote("production");
    expect(ranged.definition.answer).toEqual({ calibrate: null, interval: { coverage: 0.9 }, decide: null });
    expect(ranged.definition.train.learners.map(({ learner }) => learner)).toEqual(["gradientBoosting", "linear", "dummy"]);
    expect(ranged.definition.train).toMatchObject({ search: "tpe", prune: false, parallel: 4 });
  });

  test("refuse what cannot be fitted", () => {
    expect(() => judged(0).answer({ calibrate: "platt" })).toThrow(expect.objectContaining({ code: "DEFINE_NO_VALIDATION" }));
    expect(() => priced(0.1).answer({ interval: { coverage: 90 } })).toThrow(
      expect.objectContaining({ code: "DEFINE_BAD_SHARE" }),
    );
    expect(() => judged(0.1).answer({ decide: { falseAlarm: 0, missed: 1 } })).toThrow(
      expect.objectContaining({ code: "DEFINE_BAD_COST" }),
    );
  });
});

describe("gradientBoosting", () => {
  test("writes its constraints as the learner reads them, and its ranges beside them", () => {
    const { definition } = gradientBoosting({ monotone: { size: "increasing" }, loss: "huber", l1: between(0, 2) });
    expect(definition.parameters).toEqual({
      monotone: '{"size":"increasing"}',
      loss: "huber",
      l1: { range: "between", low: 0, high: 2 },
    });
  });
});

test("native keeps the levels of a category", () => {
  expect(native().plan).toEqual({ kind: "levels", levels: null, native: true });
});
