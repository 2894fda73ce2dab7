import { describe, expect, it } from "vitest";
import { type BinnedMatrix, binMatrix } from "../binning/binned-matrix.js";
import type { TreeEnsemble } from "../model/model.js";
import { createRandom } from "../random/random.js";
import { EnsembleBuilder } from "./ensemble-builder.js";
import { GradientStatistics } from "./gradient-statistics.js";
import type { GrowthLimits } from "./split-search.js";
import { TreeGrower } from "./tree-grower.js";

const ROWS = 4_000;
const COLUMNS = 9;

/** Few-valued columns with missing values, and whole gradients: sums are exact, whatever order they are made in. */
function makeTable(): { matrix: BinnedMatrix; columns: Float64Array[]; gradient: Float64Array } {
  const random = createRandom(11);
  const columns = Array.from({ length: COLUMNS }, (_, column) =>
    Float64Array.from({ length: ROWS }, () => (random.next() < 0.05 ? Number.NaN : random.integer(5 + 4 * column))),
  );
  const gradient = Float64Array.from({ length: ROWS }, (_, row) => {
    const sum = columns[0][row] * 7 - columns[3][row] * 2 + (columns[4][row] > 9 ? 40 : 0);
    return (Number.isNaN(sum) ? 55 : Math.round(sum)) + random.integer(9) - 4;
  });
  const names = columns.map((_, column) => `column ${column}`);
  return { matrix: binMatrix({ rowCount: ROWS, columns, names }, 255), columns, gradient };
}

function grow(
  limits: Partial<GrowthLimits>,
  poolBytes?: number,
): { trees: TreeEnsemble; columns: Float64Array[]; gradient: Float64Array } {
  const { matrix, columns, gradient } = makeTable();
  const statistics = new GradientStatistics(gradient, new Float64Array(0), { l2: 1, minLeafHessian: 0, hessians: "ones" });
  const all = { leaves: 40, depth: 0, minLeafRows: 10, minGain: 0, featuresPerSplit: COLUMNS, ...limits };
  const builder = new EnsembleBuilder(COLUMNS, new Float64Array(1), 1);
  new TreeGrower(matrix, statistics, all, poolBytes).grow(builder, builder.startTree(0), {
    rows: Int32Array.from({ length: ROWS }, (_, row) => row),
    rowCount: ROWS,
    features: Int32Array.from({ length: COLUMNS }, (_, feature) => feature),
    random: createRandom(1),
    noise: 0,
  });
  return { trees: builder.finish(), columns, gradient };
}

/** Gain of the best split of `rows`, by a plain search over all thresholds. */
function bestGain(columns: Float64Array[], gradient: Float64Array, rows: number[], minLeafRows: number): number {
  const score = (sum: number, count: number): number => (sum * sum) / (count + 1);
  const total = rows.reduce((sum, row) => sum + gradient[row], 0);
  let best = 0;
  for (const values of columns) {
    const thresholds = new Set(rows.map((row) => values[row]).filter((value) => !Number.isNaN(value)));
    for (const threshold of thresholds) {
      for (const missingLeft of [false, true]) {
        const left = rows.filter((row) => (Number.isNaN(values[row]) ? missingLeft : values[row] <= threshold));
        if (left.length < minLeafRows || rows.length - left.length < minLeafRows) continue;
        const sum = left.reduce((all, row) => all + gradient[row], 0);
        best = Math.max(
          best,
          score(sum, left.length) + score(total - sum, rows.length - left.length) - score(total, rows.length),
        );
      }
    }
  }
  return best;
}

describe("TreeGrower", () => {
  it("splits every node where a plain search would, on subtracted histograms too", () => {
    const { trees, columns, gradient } = grow({});
    const open = [{ node: 0, rows: Array.from({ length: ROWS }, (_, row) => row) }];
    let inner = 0;
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const { node, rows } = place;
      const feature = trees.featureByNode[node];
      if (feature < 0) continue;
      inner++;
      expect(trees.gainByNode[node] / bestGain(columns, gradient, rows, 10)).toBeCloseTo(1, 9);
      const isLeft = (row: number): boolean => {
        const value = columns[feature][row];
        return Number.isNaN(value) ? trees.missingLeftByNode[node] === 1 : value <= trees.thresholdByNode[node];
      };
      open.push({ node: trees.leftByNode[node], rows: rows.filter(isLeft) });
      open.push({ node: trees.rightByNode[node], rows: rows.filter((row) => !isLeft(row)) });
    }
    expect(inner).toBe(39);
  });

  it("splits the leaf of the highest gain first: fewer leaves are a part of more leaves", () => {
    const few = grow({ leaves: 12 }).trees;
    const many = grow({ leaves: 13 }).trees;
    const splits = (trees: TreeEnsemble): number[] => [...trees.gainByNode].filter((gain) => gain > 0).sort((a, b) => b - a);
    expect(splits(many)).toEqual(expect.arrayContaining(splits(few)));
    expect(splits(many).length).toBe(12);
  });

  it("grows the same tree when there is memory for three histograms only", () => {
    expect(grow({}, 1).trees).toEqual(grow({}).trees);
  });

  it("keeps to the depth, and grows to it without a limit of leaves", () => {
    const depthOf = (trees: TreeEnsemble, node = 0): number => {
      if (trees.featureByNode[node] < 0) return 0;
      return 1 + Math.max(depthOf(trees, trees.leftByNode[node]), depthOf(trees, trees.rightByNode[node]));
    };
    expect(depthOf(grow({ leaves: 0, depth: 5, minLeafRows: 1 }).trees)).toBe(5);
    expect(depthOf(grow({ leaves: 40, depth: 2 }).trees)).toBe(2);
  });

  it("looks at fewer features per split when told so, and still splits", () => {
    const all = grow({ leaves: 0, depth: 4 }).trees;
    const some = grow({ leaves: 0, depth: 4, featuresPerSplit: 7 }).trees;
    const one = grow({ leaves: 0, depth: 4, featuresPerSplit: 1 }).trees;
    expect(some.featureByNode).not.toEqual(all.featureByNode);
    expect(new Set(one.featureByNode).size).toBeGreaterThan(5);
    expect(grow({ leaves: 0, depth: 4, featuresPerSplit: 7 }).trees).toEqual(some);
  });
});
