import type { FeatureMatrix } from "../features/feature-plan.js";
import type { TrainingData } from "../model/fit-options.js";
import type { Target } from "../model/model.js";

/** The same data in memory that threads can read without a copy; arrays that already lie there stay. */
export function shareData(data: TrainingData): TrainingData {
  const { matrix, target, weights, validation } = data;
  return {
    matrix: shareMatrix(matrix),
    target: target === null ? null : shareTarget(target),
    ...(weights === undefined ? {} : { weights: shareNumbers(weights) }),
    ...(validation === undefined
      ? {}
      : { validation: { matrix: shareMatrix(validation.matrix), target: shareTarget(validation.target) } }),
  };
}

export function shareMatrix({ rowCount, columns, names, categoryCounts }: FeatureMatrix): FeatureMatrix {
  const shared = { rowCount, columns: columns.map(shareNumbers), names: [...names] };
  return categoryCounts === undefined ? shared : { ...shared, categoryCounts: [...categoryCounts] };
}

function shareTarget(target: Target): Target {
  if (target.kind === "number") return { kind: "number", values: shareNumbers(target.values) };
  const codes = new Int32Array(new SharedArrayBuffer(target.codes.byteLength));
  codes.set(target.codes);
  return { kind: "class", codes, classes: [...target.classes] };
}

function shareNumbers(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
