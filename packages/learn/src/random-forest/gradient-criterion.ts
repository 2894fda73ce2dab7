import type { BinnedTable } from "../binning/binned-table.js";
import { weightedMean } from "../gradient-boosting/number-losses.js";
import { lossCodes, packModes } from "../kernels/layout.js";
import type { WeighedRows } from "../model/check-data.js";
import type { OutputSpace } from "../model/model.js";
import { GradientSearch } from "../trees/gradient-search.js";
import type { GrowthMemory } from "../trees/growth-memory.js";
import { PackedGradients } from "../trees/packed-gradients.js";
import { ScanRules } from "../trees/scan-rules.js";
import type { Team } from "../trees/team.js";
import type { ForestCriterion } from "./forest-task.js";

/** Trees without shrinkage: leaves answer means. */
const plainRules = { l1: 0, l2: 0, categoryL2: 0, categorySmoothing: 0, minHessian: 0, monotone: null } as const;

/** Variance of a number: squared loss around the mean, each row as often as it was drawn. */
export function varianceCriterion(
  values: Float64Array,
  weighed: WeighedRows,
  minLeafRows: number,
  space: "value" | "log1p",
): ForestCriterion {
  // Centred: sums of squares of a large mean would hide small differences.
  const mean = weightedMean(values, weighed);
  return gradientCriterion({ values, weights: weighed.weights, start: mean, minLeafRows, space, base: Float64Array.of(mean) });
}

/**
 * Gini impurity of two classes, which is twice the variance of 0 and 1: shares of the second class are means.
 *
 * @param codes  0 or 1 by row
 */
export function twoClassCriterion(codes: Int32Array, weights: Float64Array | null, minLeafRows: number): ForestCriterion {
  const values = Float64Array.from(codes);
  return gradientCriterion({ values, weights, start: 0, minLeafRows, space: "probability", base: new Float64Array(2) });
}

interface GradientCriterion {
  readonly values: Float64Array;
  readonly weights: Float64Array | null;
  /** What is taken off the values: leaves answer the rest. */
  readonly start: number;
  readonly minLeafRows: number;
  readonly space: OutputSpace;
  readonly base: Float64Array;
}

function gradientCriterion({ values, weights, start, minLeafRows, space, base }: GradientCriterion): ForestCriterion {
  const isShare = space === "probability";
  const rules = new ScanRules({ ...plainRules, minRows: minLeafRows, countsRows: weights === null, isOfShares: isShare });
  const mode = weights === null ? packModes.drawn : packModes.weighted;
  const source = { kernel: lossCodes.squared, parameter: 0, mode, outputCount: 1 };
  let state: { gradients: PackedGradients; table: BinnedTable; memory: GrowthMemory; team: Team | null } | null = null;
  const ready = () => {
    if (state === null) throw new TypeError("the criterion has no memory yet");
    return state;
  };
  return {
    space,
    base,
    valuesPerLeaf: base.length,
    prepare: (table, memory) => {
      const gradients = new PackedGradients(table, source, true);
      state = { gradients, table, memory, team: null };
      gradients.scoresOf(0).fill(start);
      table.arena.doubles(gradients.target, table.trainingRows).set(values);
    },
    createSearch: (team, limits) => {
      const { gradients, table, memory } = ready();
      const ground = { table, team, packed: gradients.packed };
      ready().team = team;
      return { ground, search: new GradientSearch(ground, memory, limits, rules) };
    },
    startTree: (draws, bag, count) => {
      const { gradients, table, memory, team } = ready();
      const rowWeights = table.arena.doubles(gradients.weights, table.trainingRows);
      rowWeights.set(draws);
      if (weights !== null) for (let place = 0; place < count; place++) rowWeights[bag[place]] *= weights[bag[place]];
      if (team === null) throw new TypeError("the criterion has no team yet");
      const noise = gradients.pack(team, 0, rules);
      rules.write(table.arena, memory.rules);
      return noise;
    },
    valueOf: (leaf, output) => {
      const value = rules.leafValue(leaf, leaf);
      return isShare && output === 0 ? 1 - value : value;
    },
  };
}
