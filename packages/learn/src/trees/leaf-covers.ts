import type { EnsembleBuilder } from "./ensemble-builder.js";
import type { LeafList } from "./leaf-list.js";

/** Sets the covers of the last tree: rows of each leaf, or their weight. */
export function setCovers(builder: EnsembleBuilder, leaves: LeafList, rows: Int32Array, weightByRow: Float64Array | null): void {
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    const begin = leaves.begin[leaf];
    const end = leaves.end[leaf];
    let cover = end - begin;
    if (weightByRow !== null) {
      cover = 0;
      for (let position = begin; position < end; position++) cover += weightByRow[rows[position]];
    }
    builder.setCover(leaves.node[leaf], cover);
  }
  builder.sumCovers();
}
