import { enlarged } from "./enlarged.js";
import type { SplitCandidate } from "./row-statistics.js";

/** The leaves of the tree that is being grown, as parallel arrays that grow when needed. */
export class LeafList {
  length = 0;
  private capacity = 64;
  begin = new Int32Array(this.capacity);
  end = new Int32Array(this.capacity);
  depth = new Int32Array(this.capacity);
  node = new Int32Array(this.capacity);
  /** Best split of the leaf; feature -1: it stays a leaf. */
  gain = new Float64Array(this.capacity);
  feature = new Int32Array(this.capacity);
  bin = new Int32Array(this.capacity);
  missingLeft = new Uint8Array(this.capacity);
  totals: Float64Array;
  histogram: (Float64Array | null)[] = [];

  constructor(readonly channels: number) {
    this.totals = new Float64Array(this.capacity * channels);
  }

  add(node: number, begin: number, end: number, depth: number): number {
    if (this.length === this.capacity) this.enlarge();
    const leaf = this.length++;
    this.place(leaf, node, begin, end, depth);
    return leaf;
  }

  place(leaf: number, node: number, begin: number, end: number, depth: number): void {
    this.begin[leaf] = begin;
    this.end[leaf] = end;
    this.depth[leaf] = depth;
    this.node[leaf] = node;
    this.gain[leaf] = -1;
    this.feature[leaf] = -1;
    this.histogram[leaf] = null;
  }

  setSplit(leaf: number, split: SplitCandidate): void {
    this.gain[leaf] = split.gain;
    this.feature[leaf] = split.feature;
    this.bin[leaf] = split.bin;
    this.missingLeft[leaf] = split.missingLeft ? 1 : 0;
  }

  /** The leaf that can be split with the highest gain, the earliest among equals; -1: none. */
  best(): number {
    let best = -1;
    for (let leaf = 0; leaf < this.length; leaf++) {
      if (this.feature[leaf] >= 0 && (best < 0 || this.gain[leaf] > this.gain[best])) best = leaf;
    }
    return best;
  }

  /** The leaf with a histogram that is least likely to be split next; -1: none. */
  worstWithHistogram(): number {
    let worst = -1;
    for (let leaf = 0; leaf < this.length; leaf++) {
      if (this.histogram[leaf] !== null && (worst < 0 || this.gain[leaf] < this.gain[worst])) worst = leaf;
    }
    return worst;
  }

  private enlarge(): void {
    this.capacity *= 2;
    const { capacity } = this;
    this.begin = enlarged(this.begin, new Int32Array(capacity));
    this.end = enlarged(this.end, new Int32Array(capacity));
    this.depth = enlarged(this.depth, new Int32Array(capacity));
    this.node = enlarged(this.node, new Int32Array(capacity));
    this.gain = enlarged(this.gain, new Float64Array(capacity));
    this.feature = enlarged(this.feature, new Int32Array(capacity));
    this.bin = enlarged(this.bin, new Int32Array(capacity));
    this.missingLeft = enlarged(this.missingLeft, new Uint8Array(capacity));
    this.totals = enlarged(this.totals, new Float64Array(capacity * this.channels));
  }
}
