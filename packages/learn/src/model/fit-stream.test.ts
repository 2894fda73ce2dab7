import { describe, expect, it } from "vitest";
import type { MatrixStream } from "../binning/bin-stream.js";
import { SAMPLED_ROWS } from "../binning/binned-table.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { createRandom } from "../random/random.js";
import { fitModel } from "./fit-model.js";
import { fitStream } from "./fit-stream.js";
import type { Target } from "./model.js";

const ROWS = SAMPLED_ROWS + 5_000;
const random = createRandom(8);
const columns = [
  Float64Array.from({ length: ROWS }, () => (random.next() < 0.1 ? Number.NaN : random.next())),
  Float64Array.from({ length: ROWS }, () => random.integer(12)),
];
const matrix = { rowCount: ROWS, columns, names: ["size", "kind"], categoryCounts: [null, 12] };
const target: Target = { kind: "number", values: columns[1].map((code, row) => (code % 3) + (columns[0][row] > 0.4 ? 1 : 0)) };
const specification = { learner: "gradientBoosting", parameters: { trees: 3, leaves: 8 } } as const;

function inChunks(rows: number, change: (chunk: FeatureMatrix) => FeatureMatrix = (chunk) => chunk): MatrixStream {
  return {
    ...matrix,
    *chunks() {
      for (let begin = 0; begin < ROWS; begin += rows) {
        const parts = columns.map((values) => values.subarray(begin, begin + rows));
        yield change({ rowCount: parts[0].length, columns: parts, names: matrix.names });
      }
    },
  };
}

describe("fitStream", () => {
  it.each([7_777, ROWS])("makes the model of the matrix from chunks of %i rows", (rows) => {
    expect(fitStream(specification, { stream: inChunks(rows), target })).toEqual(fitModel(specification, { matrix, target }));
  });

  it("refuses chunks that do not fit together", () => {
    const broken = (change: (chunk: FeatureMatrix) => FeatureMatrix): (() => unknown) => {
      return () => fitStream(specification, { stream: inChunks(50_000, change), target });
    };
    const refused = expect.objectContaining({ code: "LEARN_STREAM_BROKEN" });
    expect(broken((chunk) => ({ ...chunk, columns: chunk.columns.slice(1) }))).toThrow(refused);
    expect(broken((chunk) => ({ ...chunk, rowCount: chunk.rowCount - 1 }))).toThrow(refused);
    const short = { ...inChunks(50_000), rowCount: ROWS + 1 };
    const more: Target = { kind: "number", values: new Float64Array(ROWS + 1) };
    expect(() => fitStream(specification, { stream: short, target: more })).toThrow(refused);
    const long = { ...inChunks(50_000), rowCount: ROWS - 1 };
    const less: Target = { kind: "number", values: new Float64Array(ROWS - 1) };
    expect(() => fitStream(specification, { stream: long, target: less })).toThrow(refused);
  });

  it("says what needs all rows, and what is empty", () => {
    const data = { stream: inChunks(ROWS), target };
    const refused = expect.objectContaining({ code: "LEARN_STREAM_UNSUPPORTED" });
    expect(() => fitStream({ learner: "isolationForest", parameters: {} }, data)).toThrow(refused);
    const none: MatrixStream = { rowCount: 0, names: ["size"], chunks: () => [] };
    expect(() => fitStream(specification, { stream: none, target })).toThrow(
      expect.objectContaining({ code: "LEARN_TOO_FEW_ROWS" }),
    );
  });
});
