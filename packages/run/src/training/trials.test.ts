import { between, column, dataset, files, gradientBoosting, pipeline, randomForest, setting, shuffled } from "@atalaya/define";
import { describe, expect, it } from "vitest";
import { afterTrial, bestTrial, nextTrial, openSearches, type Trial, type TrialOutcome, withinBudget } from "./trials.js";

const homes = dataset("homes", { size: column.number(), price: column.number() });
const features = homes.features({ target: "price", derive: () => ({}) });

function definitionOf(options: { search?: "tpe" | "random" | "grid"; prune?: boolean; optimise?: readonly ("rmse" | "mae")[] }) {
  return pipeline("homes")
    .ingest(homes, files(setting.url("HOMES_URL")))
    .features(features)
    .split(shuffled({ test: 0.2 }))
    .train({ trials: 14, ...options }, gradientBoosting({ trees: 90, leaves: between(4, 64) }), randomForest({ trees: 10 }))
    .evaluate({ metrics: ["rmse"] })
    .gate()
    .promote("production").definition;
}

/** Runs every trial, `atOnce` at a time; the oldest is looked at first. */
function runAll(definition: ReturnType<typeof definitionOf>, studies: readonly string[], atOnce: number): Trial[] {
  let searches = openSearches(definition, studies);
  const trials: Trial[] = [];
  const running: Trial[] = [];
  for (;;) {
    const next = running.length < atOnce ? nextTrial(searches) : null;
    if (next !== null) {
      searches = next.searches;
      trials.push(next.trial);
      running.push(next.trial);
      continue;
    }
    const oldest = running.shift();
    if (oldest === undefined) return trials;
    searches = afterTrial(searches, outcomeOf(oldest));
  }
}

function outcomeOf({ index, specification, budget }: Trial): TrialOutcome {
  const leaves = Number(specification.parameters["leaves"] ?? 100);
  const rmse = Math.abs(leaves - 20) + (1 - budget);
  return { index, specification, budget, scores: { rmse, mae: -rmse }, bestRound: null, seconds: 0, failed: null };
}

describe("searches of a pipeline", () => {
  it("try a learner without ranges once, and every other so often as the pipeline says, the same each time", () => {
    const trials = runAll(definitionOf({}), ["rmse"], 3);
    expect(trials.filter(({ specification }) => specification.learner === "randomForest").length).toBe(1);
    expect(trials.length).toBe(15);
    expect(trials.map(({ index }) => index)).toEqual(trials.map((_, index) => index));
    expect(runAll(definitionOf({}), ["rmse"], 3)).toEqual(trials);
  });

  it("of two metrics are side by side, and the second tries no learner without ranges again", () => {
    const trials = runAll(definitionOf({}), ["rmse", "mae"], 2);
    expect(trials.slice(0, 3).map(({ study, specification }) => [study, specification.learner])).toEqual([
      ["rmse", "gradientBoosting"],
      ["rmse", "randomForest"],
      ["mae", "gradientBoosting"],
    ]);
    expect(trials.filter(({ study }) => study === "mae").length).toBe(14);
  });

  it("learn from outcomes: tpe comes nearer than the grid", () => {
    const nearest = (search: "tpe" | "grid") =>
      bestTrial(runAll(definitionOf({ search }), ["rmse"], 1).map(outcomeOf), "rmse", "lower")?.scores["rmse"] ?? 99;
    expect(nearest("tpe")).toBeLessThanOrEqual(nearest("grid"));
  });

  it("that prune begin with a ninth of the trees; only a full trial can be the best", () => {
    const trials = runAll(definitionOf({ prune: true }), ["rmse"], 4);
    const boosted = trials.filter(({ specification }) => specification.learner === "gradientBoosting");
    expect(withinBudget(boosted[0]!).parameters["trees"]).toBe(10);
    expect(boosted.map(({ budget }) => budget)).toContain(1);
    const outcomes = boosted.map(outcomeOf);
    expect(bestTrial(outcomes, "rmse", "lower")?.budget).toBe(1);
    expect(bestTrial(outcomes, "rmse", "lower")?.specification.parameters["trees"]).toBe(90);
  });
});
