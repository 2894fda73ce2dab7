import type { TreeEnsemble } from "../model/model.js";
import { type Entry, entriesOf, fillEntries } from "../trees/row-predictor.js";

/**
 * The questions that an ensemble asks of one row, as whole numbers: a row goes right at a node when the code of the node's
 * entry is above the node's limit.
 */
export class RowCodes {
  /** -1 for a leaf. */
  readonly entryByNode: Int32Array;
  /** How many of the entry's thresholds lie below that of the node. */
  readonly limitByNode: Int32Array;
  private readonly entries: readonly Entry[];
  private readonly values: Float64Array;
  /** By entry, ascending. */
  private readonly thresholds: readonly Float64Array[];

  constructor(private readonly trees: TreeEnsemble) {
    const { entries, entryByNode } = entriesOf(trees);
    this.entries = entries;
    this.entryByNode = entryByNode;
    this.values = new Float64Array(entries.length);
    this.thresholds = sortedThresholds(trees, entryByNode, entries.length);
    this.limitByNode = entryByNode.map((entry, node) =>
      entry < 0 ? 0 : countBelow(this.thresholds[entry], thresholdOf(trees, node)),
    );
  }

  get entryCount(): number {
    return this.entries.length;
  }

  /** Writes the codes of a row, one per entry. */
  fill(row: Float64Array, codes: Int32Array): void {
    const { values, thresholds } = this;
    fillEntries(this.trees, this.entries, row, values);
    for (let entry = 0; entry < thresholds.length; entry++) codes[entry] = countBelow(thresholds[entry], values[entry]);
  }
}

function sortedThresholds(trees: TreeEnsemble, entryByNode: Int32Array, entryCount: number): Float64Array[] {
  const all = Array.from({ length: entryCount }, (): number[] => []);
  for (let node = 0; node < entryByNode.length; node++) {
    if (entryByNode[node] >= 0) all[entryByNode[node]].push(thresholdOf(trees, node));
  }
  // Equal ones may stay: they only leave codes out.
  return all.map((own) => Float64Array.from(own).sort());
}

/** What a set of categories says of a row is an infinity on either side of 0. */
function thresholdOf({ categorySetByNode, thresholdByNode }: TreeEnsemble, node: number): number {
  return categorySetByNode[node] >= 0 ? 0 : thresholdByNode[node];
}

function countBelow(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
