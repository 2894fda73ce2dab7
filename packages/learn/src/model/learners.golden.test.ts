/// <reference types="node" />
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explainRaw } from "../explain/explain.js";
import { alertThreshold } from "../isolation-forest/alert-threshold.js";
import { anomalyScore, averagePathLength } from "../isolation-forest/path-length.js";
import { fitModel } from "../model/fit-model.js";
import type { FittedModel, LearnerName, Target, TreeEnsemble } from "../model/model.js";
import { predictRaw } from "../trees/predict.js";
import { thresholdsOnly } from "../trees/thresholds-only.js";
import type { ParameterValue } from "../tune/resolve-parameters.js";

interface GoldenCase {
  readonly name: string;
  readonly kind: "tree-shap" | "isolation-scores" | "quality";
  readonly tolerance: number;
  readonly learner: LearnerName;
  readonly target: "number" | "class" | "anomaly";
  readonly trainRows: number;
  readonly metric: "rmse" | "logLoss" | "auroc";
  readonly seeds: number;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

const folder = new URL("../../goldens/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");
const cases: GoldenCase[] = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/case.json`, folder)))
  .map((name) => ({ ...JSON.parse(read(`${name}/case.json`)), name }));
const ofKind = (kind: GoldenCase["kind"]): GoldenCase[] => cases.filter((golden) => golden.kind === kind);

type Plain<Record> = { [Name in keyof Record]: number | number[] };

/** The arrays of a JSON file as the ensemble that they mean. */
function ensembleOf(plain: Plain<TreeEnsemble>): TreeEnsemble {
  const whole = (values: number | number[]): Int32Array => Int32Array.from(values as number[]);
  const real = (values: number | number[]): Float64Array => Float64Array.from(values as number[]);
  return {
    featureCount: plain.featureCount as number,
    outputCount: plain.outputCount as number,
    rootByTree: whole(plain.rootByTree),
    outputByTree: whole(plain.outputByTree),
    featureByNode: whole(plain.featureByNode),
    thresholdByNode: real(plain.thresholdByNode),
    leftByNode: whole(plain.leftByNode),
    rightByNode: whole(plain.rightByNode),
    missingLeftByNode: Uint8Array.from(plain.missingLeftByNode as number[]),
    valueByNode: real(plain.valueByNode),
    coverByNode: real(plain.coverByNode),
    gainByNode: new Float64Array((plain.featureByNode as number[]).length),
    baseByOutput: real(plain.baseByOutput),
    ...thresholdsOnly((plain.featureByNode as number[]).length),
  };
}

const modelOf = (trees: TreeEnsemble): FittedModel => ({
  learner: "gradientBoosting",
  parameters: {},
  trees,
  space: "value",
  classes: null,
  isolation: null,
  linear: null,
});

function matrixOf(rows: readonly (readonly (number | null)[])[]) {
  const columns = rows[0].map((_, column) => Float64Array.from(rows, (row) => row[column] ?? Number.NaN));
  return { rowCount: rows.length, columns, names: columns.map((_, column) => `column ${column}`) };
}

describe("TreeSHAP is that of the peers", () => {
  it.each(ofKind("tree-shap"))("$name", ({ name, tolerance }) => {
    const { trees, rows } = JSON.parse(read(`${name}/input.json`));
    const expected: { raw: number[][]; base: number[]; effects: number[][][] } = JSON.parse(read(`${name}/expected.json`));
    const model = modelOf(ensembleOf(trees));
    const raw = predictRaw(model, matrixOf(rows));
    const { base, effects } = explainRaw(model, matrixOf(rows));
    const size = Math.max(...expected.raw.flat().map(Math.abs));
    const gap = (ours: ArrayLike<number>, theirs: number[]): number =>
      theirs.reduce((worst, value, place) => Math.max(worst, Math.abs(ours[place] - value) / size), 0);
    expect(effects.length).toBe(expected.effects.flat(2).length);
    expect(
      gap(
        rows.flatMap((_: unknown, row: number) => raw.map((scores) => scores[row])),
        expected.raw.flat(),
      ),
    ).toBeLessThan(tolerance);
    expect(gap(base, expected.base)).toBeLessThan(tolerance);
    expect(gap(effects, expected.effects.flat(2))).toBeLessThan(tolerance);
  });
});

describe("isolation scores are those of the peers", () => {
  it.each(ofKind("isolation-scores"))("$name", ({ name, tolerance }) => {
    const { trees, rowsPerTree, contamination, counts, rows } = JSON.parse(read(`${name}/input.json`));
    const expected: { scores: number[]; threshold: number; averagePathLengths: number[] } = JSON.parse(
      read(`${name}/expected.json`),
    );
    const [lengths] = predictRaw(modelOf(ensembleOf(trees)), matrixOf(rows));
    const scores = lengths.map((length) => anomalyScore(length, rowsPerTree));
    const gap = (ours: ArrayLike<number>, theirs: number[]): number =>
      theirs.reduce((worst, value, place) => Math.max(worst, Math.abs(ours[place] - value) / Math.max(1, value)), 0);
    expect(gap(counts.map(averagePathLength), expected.averagePathLengths)).toBeLessThan(tolerance);
    expect(gap(scores, expected.scores)).toBeLessThan(tolerance);
    const threshold = alertThreshold(() => scores, { contamination, alertBudget: "none" });
    expect(Math.abs(threshold - expected.threshold)).toBeLessThan(tolerance);
  });
});

/** Score of our learner on the rows behind the first `trainRows`; anomalies are scored on all. */
function score(golden: GoldenCase, seed: number): number {
  const rows = read(`${golden.name}/input.csv`)
    .trimEnd()
    .split("\n")
    .map((line) => line.split(",").map((cell) => (cell === "nan" ? null : Number(cell))));
  const isAnomaly = golden.target === "anomaly";
  const train = rows.slice(0, golden.trainRows);
  const test = isAnomaly ? rows : rows.slice(golden.trainRows);
  const features = (part: typeof rows) => matrixOf(part.map((row) => row.slice(0, -1)));
  const last = (part: typeof rows): number[] => part.map((row) => row[row.length - 1] ?? Number.NaN);
  const classes = [...new Set(last(rows))].sort().map(String);
  const target: Target =
    golden.target === "number"
      ? { kind: "number", values: Float64Array.from(last(train)) }
      : { kind: "class", codes: Int32Array.from(last(train)), classes };
  const data = { matrix: features(train), target: isAnomaly ? null : target };
  const model = fitModel({ learner: golden.learner, parameters: golden.parameters }, data, { seed });
  return scoreOf(golden, model, predictRaw(model, features(test)), last(test));
}

function scoreOf({ metric }: GoldenCase, model: FittedModel, raw: Float64Array[], truth: number[]): number {
  if (metric === "rmse") {
    const squares = truth.reduce((sum, value, row) => sum + (raw[0][row] - value) ** 2, 0);
    return Math.sqrt(squares / truth.length);
  }
  if (metric === "auroc")
    return auroc(
      truth,
      raw[0].map((length) => -length),
    );
  const probability = (row: number): number => {
    if (model.space === "logOdds") return 1 / (1 + Math.exp(truth[row] === 1 ? -raw[0][row] : raw[0][row]));
    if (model.space === "probability") return Math.max(raw[truth[row]][row], 1e-15);
    return Math.exp(raw[truth[row]][row]) / raw.reduce((sum, scores) => sum + Math.exp(scores[row]), 0);
  };
  return -truth.reduce((sum, _, row) => sum + Math.log(probability(row)), 0) / truth.length;
}

/** Share of pairs (anomaly, ordinary row) in the right order. */
function auroc(labels: number[], scores: Float64Array): number {
  let pairs = 0;
  let right = 0;
  for (const [one, label] of labels.entries()) {
    if (label !== 1) continue;
    for (const [other, otherLabel] of labels.entries()) {
      if (otherLabel === 1) continue;
      pairs++;
      right += scores[one] > scores[other] ? 1 : scores[one] === scores[other] ? 0.5 : 0;
    }
  }
  return right / pairs;
}

describe("learners score as the peers do at equal parameters", () => {
  it.each(ofKind("quality"))("$name", (golden) => {
    const expected: Record<string, Record<string, number>> = JSON.parse(read(`${golden.name}/expected.json`));
    const theirs = Object.values(expected[golden.metric]);
    const ours = Array.from({ length: golden.seeds }, (_, seed) => score(golden, seed));
    const mean = ours.reduce((sum, value) => sum + value, 0) / ours.length;
    const against = `${mean} against ${theirs.join(" and ")}`;
    if (golden.metric === "auroc") expect(mean, against).toBeGreaterThan(Math.max(...theirs) - golden.tolerance);
    else expect(mean, against).toBeLessThan(Math.min(...theirs) * (1 + golden.tolerance));
  });
});
