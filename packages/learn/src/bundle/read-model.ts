import type { FittedModel, LinearPart, OutputSpace, TreeEnsemble } from "../model/model.js";
import { thresholdsOnly } from "../trees/thresholds-only.js";
import type { TaskKind } from "./bundle.js";
import { checkTrees } from "./check-trees.js";
import type { HeaderReader } from "./header-reader.js";
import { type ArrayName, type ArrayType, alignedTo8, BYTES_PER_ELEMENT, FORMAT_1_ARRAYS, TREE_ARRAYS } from "./layout.js";

const SPACES: Readonly<Record<TaskKind, readonly OutputSpace[]>> = {
  regression: ["value", "exp", "log1p"],
  classification: ["logOdds", "softmax", "probability"],
  anomaly: ["pathLength"],
};

/** Reads and checks the fitted learner: after this, no row can make it fail. `arrays` are the bytes behind the header. */
export function readModel(reader: HeaderReader, arrays: Uint8Array, task: TaskKind, version: number): FittedModel {
  const space = reader.field("space").oneOf(SPACES[task]);
  const classes = reader.field("classes").orNull((value) => value.distinctTexts());
  const trees = readTrees(reader.field("trees"), arrays, version);
  const model: FittedModel = {
    learner: reader.field("learner").oneOf(["gradientBoosting", "randomForest", "isolationForest", "linear", "dummy"]),
    parameters: readParameters(reader.field("parameters")),
    trees: trees,
    space,
    classes,
    isolation: reader.field("isolation").orNull((value) => ({
      rowsPerTree: value.field("rowsPerTree").integer(2),
      alertThreshold: value.field("alertThreshold").number(),
    })),
    linear: version === 1 ? null : reader.field("linear").orNull((value) => readLinear(value, trees)),
  };
  checkShape(model, reader);
  return model;
}

function readParameters(reader: HeaderReader): FittedModel["parameters"] {
  const parameters = Object.entries(reader.record()).map(([name, value]) => {
    const isPlain =
      typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
    if (!isPlain) throw reader.field(name).fail("is neither a number, text, true nor false");
    return [name, value] as const;
  });
  return Object.fromEntries(parameters);
}

/** Outputs and classes that each space has. */
function checkShape({ space, classes, trees, isolation }: FittedModel, reader: HeaderReader): void {
  const outputs = trees.outputCount;
  const classCount = classes?.length ?? 0;
  if (space === "softmax" || space === "probability") {
    if (classCount < 2 || outputs !== classCount) throw reader.fail(`has ${outputs} outputs for ${classCount} classes`);
  } else {
    if (outputs !== 1) throw reader.fail(`has ${outputs} outputs in the space ${space}`);
    const expected = space === "logOdds" ? 2 : 0;
    if (classCount !== expected) throw reader.fail(`has ${classCount} classes instead of ${expected}`);
  }
  if ((space === "pathLength") !== (isolation !== null))
    throw reader.fail("has an alert threshold only where it scores anomalies");
}

function readLinear(reader: HeaderReader, { featureCount, outputCount }: TreeEnsemble): LinearPart {
  const numbers = (name: string, length: number) => Float64Array.from(reader.field(name).numbers(length));
  return {
    weights: numbers("weights", featureCount * outputCount),
    mean: numbers("mean", featureCount),
    fill: numbers("fill", featureCount),
  };
}

function readTrees(reader: HeaderReader, arrays: Uint8Array, version: number): TreeEnsemble {
  const references = reader.field("arrays");
  const read = new Map<ArrayName, Float64Array | Int32Array | Uint8Array>();
  let end = 0;
  for (const { name, type } of version === 1 ? FORMAT_1_ARRAYS : TREE_ARRAYS) {
    const reference = references.field(name);
    reference.field("type").oneOf([type]);
    const offset = reference.field("offset").integer(0);
    const length = reference.field("length").integer(0);
    const bytes = length * BYTES_PER_ELEMENT[type];
    if (offset !== alignedTo8(end)) throw reference.fail(`starts at byte ${offset} instead of ${alignedTo8(end)}`);
    end = offset + bytes;
    if (end > arrays.length) throw reference.fail(`ends at byte ${end} of ${arrays.length}: the file is cut short`);
    // A copy: a view into the file might not lie on a multiple of 8 (and `slice` of a Node Buffer is no copy).
    read.set(name, typedArray(type, new Uint8Array(arrays.subarray(offset, end))));
  }
  if (alignedTo8(end) !== arrays.length) throw reader.fail(`uses ${end} of ${arrays.length} bytes`);
  const added =
    version === 1
      ? thresholdsOnly(read.get("featureByNode")?.length ?? 0)
      : { precision: reader.field("precision").oneOf(["float64", "float32"]) };
  const trees = {
    ...added,
    featureCount: reader.field("featureCount").integer(0),
    outputCount: reader.field("outputCount").integer(1),
    ...Object.fromEntries(read),
  } as unknown as TreeEnsemble;
  checkTrees(trees, reader);
  return trees;
}

function typedArray(type: ArrayType, bytes: Uint8Array): Float64Array | Int32Array | Uint8Array {
  if (type === "u8") return bytes;
  const buffer = bytes.buffer as ArrayBuffer;
  return type === "f64" ? new Float64Array(buffer) : new Int32Array(buffer);
}
