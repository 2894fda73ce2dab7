import type { TreeEnsemble } from "../model/model.js";

/** What an ensemble of float64 trees holds that split by thresholds alone. */
export function thresholdsOnly(
  nodes: number,
): Pick<TreeEnsemble, "categorySetByNode" | "categorySetStart" | "categoryWords" | "zeroIsMissingByFeature" | "precision"> {
  return {
    categorySetByNode: new Int32Array(nodes).fill(-1),
    categorySetStart: new Int32Array(1),
    categoryWords: new Int32Array(0),
    zeroIsMissingByFeature: new Uint8Array(0),
    precision: "float64",
  };
}
