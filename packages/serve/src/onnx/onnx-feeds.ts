import type { Frame, FrameColumn } from "@atalaya/learn";
import { columnOf } from "@atalaya/learn/answering";
import type { OnnxHeader, TensorType } from "@atalaya/registry/onnx";
import type { OnnxSession, Tensor } from "./onnx-runtime.js";

/** Where the value of a place in a tensor comes from. */
interface Cells {
  readonly length: number;
  column(place: number): FrameColumn;
  row(place: number): number;
}

/** The tensors of some rows. Missing numbers are NaN, missing texts are empty. */
export function feedsOf({ inputs, feed }: Pick<OnnxHeader, "inputs" | "feed">, frame: Frame): Record<string, Tensor> {
  const columns = inputs.map(({ name }) => columnOf(frame, name));
  const { rowCount } = frame;
  if (feed.kind === "matrix") {
    const width = columns.length;
    const data = dataOf(feed.type, {
      length: rowCount * width,
      column: (place) => columns[place % width] as FrameColumn,
      row: (place) => Math.floor(place / width),
    });
    return { [feed.name]: { type: feed.type, dims: [rowCount, width], data } };
  }
  const tensors = feed.tensors.map(({ name, type, rank }, position) => {
    const column = columns[position] as FrameColumn;
    const data = dataOf(type, { length: rowCount, column: () => column, row: (place) => place });
    return [name, { type, dims: rank === 1 ? [rowCount] : [rowCount, 1], data }] as const;
  });
  return Object.fromEntries(tensors);
}

function dataOf(type: TensorType, { length, column, row }: Cells): Tensor["data"] {
  const number = (place: number) => numberAt(column(place), row(place));
  const from = { length };
  switch (type) {
    case "float32":
      return Float32Array.from(from, (_, place) => number(place));
    case "float64":
      return Float64Array.from(from, (_, place) => number(place));
    case "int64":
      return BigInt64Array.from(from, (_, place) => BigInt(Math.trunc(number(place))));
    case "int32":
      return Int32Array.from(from, (_, place) => Math.trunc(number(place)));
    case "bool":
      return Uint8Array.from(from, (_, place) => (number(place) === 0 ? 0 : 1));
    case "string":
      return Array.from(from, (_, place) => textAt(column(place), row(place)));
  }
}

function numberAt(column: FrameColumn, row: number): number {
  return column.kind === "category" ? Number.NaN : (column.values[row] ?? Number.NaN);
}

function textAt(column: FrameColumn, row: number): string {
  if (column.kind !== "category") return String(column.values[row] ?? "");
  return column.levels[column.codes[row] ?? -1] ?? "";
}

/**
 * The output of some rows as numbers: [row][value], or [row][class]. Two classes may come as the probability of the second
 * alone.
 */
export function numbersOf(session: OnnxSession, header: OnnxHeader, frame: Frame): number[][] {
  const { rowCount } = frame;
  if (rowCount === 0) return [];
  const tensor = session.run(feedsOf(header, frame), [header.output])[header.output];
  const flat = tensor === undefined ? [] : Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  const width = Math.floor(flat.length / rowCount);
  const rows = Array.from({ length: rowCount }, (_, row) => flat.slice(row * width, (row + 1) * width));
  if (header.classes?.length !== 2 || width !== 1) return rows;
  return rows.map(([second = Number.NaN]) => [1 - second, second]);
}
