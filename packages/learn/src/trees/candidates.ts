import type { BinnedTable } from "../binning/binned-table.js";
import { BINS, CANDIDATE_BYTES, candidateAt } from "../kernels/layout.js";
import type { Split } from "./leaf.js";

/** Reads what the kernels found: one candidate a feature, behind each other from an address. */
export class Candidates {
  constructor(
    private readonly table: BinnedTable,
    private readonly ints: Int32Array<ArrayBufferLike>,
    private readonly doubles: Float64Array<ArrayBufferLike>,
  ) {}

  /** The feature of the highest gain among some (ascending), the first of equal ones; -1: none splits. */
  best(address: number, features: Int32Array): number {
    const { ints, doubles } = this;
    let gain = Number.NEGATIVE_INFINITY;
    let best = -1;
    for (let position = 0; position < features.length; position++) {
      const at = address + features[position] * CANDIDATE_BYTES;
      if (ints[(at + candidateAt.bin) >>> 2] < 0) continue;
      const own = doubles[(at + candidateAt.gain) >>> 3];
      if (own <= gain) continue;
      gain = own;
      best = features[position];
    }
    return best;
  }

  read(address: number, feature: number): Split {
    const { ints, doubles } = this;
    const at = address + feature * CANDIDATE_BYTES;
    const isCategory = this.table.features[feature].category !== null;
    return {
      gain: doubles[(at + candidateAt.gain) >>> 3],
      feature,
      bin: ints[(at + candidateAt.bin) >>> 2],
      missingLeft: ints[(at + candidateAt.missingLeft) >>> 2] === 1,
      leftGradient: doubles[(at + candidateAt.leftGradient) >>> 3],
      leftHessian: doubles[(at + candidateAt.leftHessian) >>> 3],
      set: isCategory ? this.table.arena.bytes(at + candidateAt.set, BINS / 8).slice() : null,
    };
  }
}
