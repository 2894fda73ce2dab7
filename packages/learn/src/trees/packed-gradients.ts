import type { BinnedTable } from "../binning/binned-table.js";
import type { Arena } from "../kernels/arena.js";
import { controlAt, lossCodes, packModes } from "../kernels/layout.js";
import { operations, ROW_CHUNKS, realAt } from "./operations.js";
import type { ScanRules } from "./scan-rules.js";
import type { Team } from "./team.js";

const SUMS_PER_CHUNK = 3;
/** Part of its range that a sum may fill: the rest is for rounding, half a unit a row. */
const FILLED = 0.98;
/** Gains below this share of the gradients' squares are rounding. */
const NOISE = 1e-13;
/** Units of doubles whose squares are doubles too. */
const LARGEST_SCALE = 2 ** 500;

const bits = new DataView(new ArrayBuffer(8));

/** The largest power of two not above a positive number, within what its square can bear. */
function powerBelow(value: number): number {
  if (!(value > 1 / LARGEST_SCALE)) return 1 / LARGEST_SCALE;
  if (value >= LARGEST_SCALE) return LARGEST_SCALE;
  bits.setFloat64(0, value);
  bits.setUint32(0, bits.getUint32(0) & 0x7ff00000);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** What gradients are made of. Fields that are the same for a whole fit. */
export interface GradientSource {
  readonly kernel: number;
  readonly parameter: number;
  readonly mode: (typeof packModes)[keyof typeof packModes];
  readonly outputCount: number;
}

/** Scores, targets and weights by row in an engine's memory, and the packed gradients that are made of them. */
export class PackedGradients {
  /** [output][row], training rows first. */
  readonly scores: number;
  readonly target: number;
  /** 0: every row weighs 1. */
  readonly weights: number;
  readonly packed: number;
  private readonly sums: number;
  private readonly highest: number;
  private readonly inverse: number;
  private readonly arena: Arena;

  constructor(
    private readonly table: BinnedTable,
    private readonly source: GradientSource,
    hasWeights: boolean,
  ) {
    const { arena, trainingRows, rowCount } = table;
    this.arena = arena;
    const isSoftmax = source.kernel === lossCodes.softmax;
    this.scores = arena.allocate(8 * rowCount * source.outputCount);
    this.target = arena.allocate(8 * trainingRows);
    this.weights = hasWeights ? arena.allocate(8 * trainingRows) : 0;
    this.packed = arena.allocate(8 * trainingRows);
    this.sums = arena.allocate(8 * SUMS_PER_CHUNK * ROW_CHUNKS);
    this.highest = isSoftmax ? arena.allocate(8 * trainingRows) : 0;
    this.inverse = isSoftmax ? arena.allocate(8 * trainingRows) : 0;
  }

  /** Bytes that all this takes. */
  static bytes(trainingRows: number, rowCount: number, outputs: number, hasWeights: boolean): number {
    return 8 * (rowCount * outputs + trainingRows * (2 + (hasWeights ? 1 : 0) + (outputs > 1 ? 2 : 0)));
  }

  scoresOf(output: number): Float64Array<ArrayBufferLike> {
    const { rowCount } = this.table;
    return this.arena.doubles(this.scores + 8 * rowCount * output, rowCount);
  }

  /** Before the gradients of a round's first output: what softmax divides by. */
  startRound(team: Team): void {
    const { source, table } = this;
    if (source.kernel !== lossCodes.softmax) return;
    const { trainingRows, rowCount } = table;
    set(team, [trainingRows, this.scores, 8 * rowCount, source.outputCount, this.highest, this.inverse]);
    team.run(operations.normalise, ROW_CHUNKS, true);
  }

  /** Packs the gradients of one output with units that `rules` learns; returns the gain that rounding alone may give. */
  pack(team: Team, output: number, rules: ScanRules): number {
    const { source, table } = this;
    const { trainingRows, rowCount } = table;
    const scores = this.scores + 8 * rowCount * output;
    const truth = source.kernel === lossCodes.logistic ? 1 : output;
    set(team, [
      source.kernel,
      trainingRows,
      scores,
      this.target,
      this.weights,
      this.packed,
      this.highest,
      this.inverse,
      this.sums,
    ]);
    team.doubles[realAt(0)] = source.parameter;
    team.doubles[realAt(1)] = truth;
    team.run(operations.prepare, ROW_CHUNKS, true);
    const { gradientSum, hessianSum, largest } = this.total();
    const isCounted = source.mode === packModes.unit || source.mode === packModes.drawn;
    const bits = isCounted ? Math.max(24, 32 - Math.clz32(trainingRows)) : 32;
    rules.shift = bits;
    const gradientScale = powerBelow((FILLED * 2 ** (63 - bits)) / gradientSum);
    const hessianScale = isCounted ? 1 : powerBelow((FILLED * 2 ** 32) / hessianSum);
    rules.gradientUnit = 1 / gradientScale;
    rules.hessianUnit = 1 / hessianScale;
    rules.largestHessian = largest + rules.hessianUnit;
    set(team, [source.mode, trainingRows, this.packed, this.target, this.weights, this.packed, rules.shift]);
    team.doubles[realAt(0)] = gradientScale;
    team.doubles[realAt(1)] = hessianScale;
    team.doubles[realAt(2)] = truth;
    team.doubles[realAt(3)] = source.parameter;
    team.run(operations.pack, ROW_CHUNKS, true);
    return (NOISE * gradientSum * gradientSum) / (hessianSum > 0 ? Math.max(hessianSum, 1) : 1);
  }

  private total(): { gradientSum: number; hessianSum: number; largest: number } {
    const sums = this.arena.doubles(this.sums, SUMS_PER_CHUNK * ROW_CHUNKS);
    let gradientSum = 0;
    let hessianSum = 0;
    let largest = 0;
    for (let chunk = 0; chunk < ROW_CHUNKS; chunk++) {
      gradientSum += sums[SUMS_PER_CHUNK * chunk];
      hessianSum += sums[SUMS_PER_CHUNK * chunk + 1];
      largest = Math.max(largest, sums[SUMS_PER_CHUNK * chunk + 2]);
    }
    return { gradientSum, hessianSum, largest };
  }
}

function set(team: Team, values: readonly number[]): void {
  for (let place = 0; place < values.length; place++) team.ints[controlAt.arguments + place] = values[place];
}
