import { powerOfTwo } from "../arithmetic/parts.js";
import type { BinnedTable } from "../binning/binned-table.js";
import { ClassSearch, type ClassSums } from "../trees/class-search.js";
import type { GrowthMemory } from "../trees/growth-memory.js";
import type { ForestCriterion } from "./forest-task.js";

/** Draws of a row stand in the lower bits of a packed weight. */
const COUNT_BITS = 24;
/** The upper word of a packed weight counts so much. */
const HIGH_UNIT = 2 ** 8;
/** Packed weights are quantised so that a forest of the most rows keeps to 63 bits. */
const WEIGHT_BITS = 38;

/** Gini impurity of three and more classes. */
export function classCriterion(codes: Int32Array, classes: number, weights: Float64Array | null): ForestCriterion {
  let state: { table: BinnedTable; memory: GrowthMemory; packed: number; sums: ClassSums } | null = null;
  const ready = () => {
    if (state === null) throw new TypeError("the criterion has no memory yet");
    return state;
  };
  return {
    space: "probability",
    base: new Float64Array(classes),
    valuesPerLeaf: classes,
    prepare: (table, memory) => {
      const { arena, trainingRows } = table;
      const packed = arena.allocate(8 * trainingRows);
      const codesAt = arena.allocate(8 * trainingRows);
      arena.doubles(codesAt, trainingRows).set(codes);
      const sums = {
        classes,
        codes: codesAt,
        codeByRow: codes,
        weights: new Float64Array(trainingRows),
        draws: new Float64Array(trainingRows),
        weightUnit: 1,
        totals: arena.allocate(8 * (classes + 1)),
        scratch: arena.allocate(8 * (classes + 1)),
      };
      state = { table, memory, packed, sums };
    },
    createSearch: (team, limits) => {
      const { table, memory, packed, sums } = ready();
      const ground = { table, team, packed };
      return { ground, search: new ClassSearch(ground, memory, limits, sums) };
    },
    startTree: (draws, bag, count) => {
      const { sums, table, packed } = ready();
      let sum = 0;
      for (let place = 0; place < count; place++) sum += draws[bag[place]] * (weights === null ? 1 : weights[bag[place]]);
      // Weights that are whole (draws alone) stay whole: a leaf of one class has the share 1 exactly.
      const scale = weights === null ? 1 : powerOfTwo(Math.max(0, WEIGHT_BITS - 1 - bitsOf(sum)));
      sums.weightUnit = 1 / scale;
      sums.draws.set(draws);
      const words = new Uint32Array(table.arena.engine.memory.buffer, packed, 2 * table.trainingRows);
      for (let place = 0; place < count; place++) {
        const row = bag[place];
        const quantised = Math.round(draws[row] * (weights === null ? 1 : weights[row]) * scale);
        sums.weights[row] = quantised / scale;
        const high = Math.floor(quantised / HIGH_UNIT);
        words[2 * row + 1] = high;
        words[2 * row] = (quantised - high * HIGH_UNIT) * 2 ** COUNT_BITS + draws[row];
      }
      return 1e-13 * sum;
    },
    valueOf: ({ totals }, output) => {
      if (totals === null) return 0;
      let sum = 0;
      for (let code = 0; code < classes; code++) sum += totals[code];
      return totals[output] / sum;
    },
  };
}

/** Bits of the whole part of a positive number. */
function bitsOf(value: number): number {
  let bits = 0;
  for (let power = 1; power <= value; power *= 2) bits++;
  return bits;
}
